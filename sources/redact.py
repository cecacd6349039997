"""Take secrets out of text that is written to a file or shown as an error."""

import re

HIDDEN = "[hidden]"

_NAMES = (
    r"[\w.-]*(?:token|secret|password|passwd|passphrase|api[_-]?key|access[_-]?key|private[_-]?key|signature|credential|"
    r"client-key-data|cookie|session)[\w.-]*"
)
# As text: compiled, and kept by `re`, when there is something to redact, not at every start.
_PATTERNS = (
    # PEM blocks, also with line breaks written as \n or without an end. Certificates are public; keys are not.
    (
        r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)",
        HIDDEN,
    ),
    # The same blocks in base64, as kubeconfig files carry them ("LS0tLS1CRUdJTi" is "-----BEGIN").
    (r"LS0tLS1CRUdJTi[A-Za-z0-9+/=]+", HIDDEN),
    # Authorization and Proxy-Authorization headers with any scheme, and a scheme on its own.
    (r"(?i)(authorization[\"']?\s*[:=]\s*[\"']?)[^\"'\r\n,}]+", rf"\1{HIDDEN}"),
    (r"(?i)\b(bearer|basic|digest|negotiate)(\s+|%20)[A-Za-z0-9._~+/=-]{8,}", rf"\1 {HIDDEN}"),
    # user:password@ in URLs; the user alone may be a token too (https://TOKEN@host).
    (r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/?#@\"']+@", rf"\1{HIDDEN}@"),
    # name=value, name: value, 'name': 'value', --name value; names as in headers, queries, YAML, JSON and options.
    (rf"(?i)(?<![\w])(-?-?{_NAMES}[\"']?\s*[:=]\s*)(b?)([\"'])(?:(?!\3).)*\3", rf"\1\3{HIDDEN}\3"),
    (rf"(?i)(?<![\w])(-?-?{_NAMES}[\"']?\s*[:=]\s*)(?![\"'\[])[^\s&\"',;)}}\]]+", rf"\1{HIDDEN}"),
    (rf"(?i)(--{_NAMES})\s+[^\s-]\S*", rf"\1 {HIDDEN}"),
    # JSON web tokens and the prefixed keys of AWS, GitHub, GitLab and Slack, wherever they stand.
    (r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?", HIDDEN),
    (
        r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\b(?:gh[pousr]_|glpat-|xox[abeprs]-|k8s-aws-v1\.)[\w-]{8,}",
        HIDDEN,
    ),
)


def redact(text: str) -> str:
    """The text with tokens, passwords, keys and credentials replaced by ``[hidden]``.

    Errs on the side of hiding: ``token: expected string`` loses words, which is better than the other way round.
    """
    for pattern, replacement in _PATTERNS:
        text = re.sub(pattern, replacement, text)
    return text
