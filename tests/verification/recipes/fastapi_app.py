"""FastAPI: a dependency that lets only good keys in."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from keytui import Verdict, Verifier

verifier = Verifier(os.environ["KEYTUI_DATABASE"])
bearer = HTTPBearer(auto_error=False)


async def key_holder(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Verdict:
    """Some microseconds: no thread and no await is needed."""
    origin = request.client.host if request.client else None
    verdict = verifier.verify(given.credentials if given else "", origin)
    if not verdict:
        raise HTTPException(401, "A valid API key is needed.", {"WWW-Authenticate": "Bearer"})
    return verdict


app = FastAPI()


@app.get("/whoami")
async def whoami(holder: Annotated[Verdict, Depends(key_holder)]) -> dict[str, str | None]:
    return {"user_id": holder.user_id}
