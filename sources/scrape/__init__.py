"""Reads exporters directly."""
