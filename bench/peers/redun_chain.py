"""The chain in redun, on SQLite in the working folder."""

from measure import main, step_ran
from redun import Scheduler, task
from redun.config import Config

redun_namespace = "peers"


@task()
def add(value: dict) -> dict:
    step_ran()
    return {"n": value["n"] + 1}


@task()
def chain(count: int, salt: int) -> dict:
    value = {"n": salt}
    for _ in range(count):
        value = add(value)
    return value


if __name__ == "__main__":
    scheduler = Scheduler(config=Config({"backend": {"db_uri": "sqlite:///redun.db"}}))
    scheduler.load()
    main(lambda count, salt: scheduler.run(chain(count, salt)))
