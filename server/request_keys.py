"""What middleware leaves in a request for handlers and pages."""

from aiohttp import web

from store.break_glass import BreakGlass
from store.staff_signins import DeskSignIn

NONCE = web.RequestKey("nonce", str)
"The nonce of this answer's scripts (CSP Level 3)."
REQUEST_ID = web.RequestKey("request_id", str)
"Names this request in the log and on an error page."
DESK = web.RequestKey("desk", DeskSignIn)
"The desk of the staff whose sign-in this request used."
GLASS = web.RequestKey("glass", list[BreakGlass])
"What the clinician at this desk holds open in an emergency."
STILL = web.RequestKey("still", bool)
"Whether the clock that calls people stands still, where somebody of the staff looks."
MEMBER_PLACE = web.RequestKey("member_place", str)
"The place of the participant who is signed in at this address: help is theirs, one press away."
