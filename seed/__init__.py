"""Rows that the system starts with: reference tables, the demonstration and bulk volumes."""
