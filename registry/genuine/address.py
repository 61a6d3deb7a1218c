"""Where anybody may ask whether a message is genuine, as an address and as a picture."""

from __future__ import annotations

import qrcode
import qrcode.image.svg
from flask import current_app, has_request_context, url_for


def genuine_address(code: str) -> str:
    """The full address of the public page of a code; a path only where no address is set."""
    base = str(current_app.extensions["sang_settings"].public_url).rstrip("/")
    if base or not has_request_context():
        return f"{base}/genuine/{code}"
    return url_for("genuine.show", code=code, _external=True)


def qr_svg(text: str) -> bytes:
    """A QR code of a text as an SVG picture in black, with its quiet border."""
    made = qrcode.make(text, image_factory=qrcode.image.svg.SvgPathImage, box_size=10)
    return bytes(made.to_string())
