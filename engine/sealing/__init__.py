"""Sealed capsules (.mv2e): encryption streams, rules and expiry, signatures."""
