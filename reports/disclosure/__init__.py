"""The register of requests under the act on official information, B.E. 2540."""
