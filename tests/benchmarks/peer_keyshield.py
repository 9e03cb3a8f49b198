"""The peer keyshield with its default settings, on SQLite through SQLAlchemy and aiosqlite.

Its file holds only the few keys that are verified: beside the 0.1 to 0.3 s that
it sleeps for each, the size of a file could not be seen. Every verification has
a session of its own and commits, as its FastAPI dependency does.
"""

import asyncio
import tempfile
from pathlib import Path
from time import perf_counter_ns

from keyshield import ApiKeyService
from keyshield.hasher.argon2 import Argon2ApiKeyHasher
from keyshield.repositories.sql import Base, SqlAlchemyApiKeyRepository
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from tests.benchmarks.peers import serve

_KEYS = 5


def main() -> None:
    """Prepare the database and wait for turns."""
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        engine = create_async_engine(f"sqlite+aiosqlite:///{Path(folder, 'keyshield.db')}")
        sessions = async_sessionmaker(engine)
        hasher = Argon2ApiKeyHasher(pepper="of a benchmark")

        def service(session: AsyncSession) -> ApiKeyService:
            return ApiKeyService(repo=SqlAlchemyApiKeyRepository(session), hasher=hasher)

        async def prepare() -> list[str]:
            async with engine.begin() as connection:
                await connection.run_sync(Base.metadata.create_all)
            async with sessions.begin() as session:
                return [(await service(session).create(name=f"{n}"))[1] for n in range(_KEYS)]

        async def verify(text: str) -> None:
            async with sessions.begin() as session:
                await service(session).verify_key(text)

        texts = runner.run(prepare())

        def measure(calls: int) -> float:
            start = perf_counter_ns()
            for number in range(calls):
                runner.run(verify(texts[number % _KEYS]))
            return (perf_counter_ns() - start) / calls / 1_000

        serve(measure)
        runner.run(engine.dispose())


if __name__ == "__main__":
    main()
