"""Making sure that it is still the same person, before a dangerous step."""

from accounts.permissions import SignedInRequest


def confirmed(request: SignedInRequest, password: str) -> bool:
    """Whether the person has just shown that they are who is signed in."""
    return request.user.check_password(password)
