"""The chain in ZenML, on its default stack: SQLite and a local artifact store."""

from measure import main, step_ran
from zenml import pipeline, step


@step(enable_cache=True)
def add(value: dict) -> dict:
    step_ran()
    return {"n": value["n"] + 1}


@pipeline(enable_cache=True)
def chain(count: int, salt: int) -> None:
    value = add({"n": salt})
    for _ in range(count - 1):
        value = add(value)


if __name__ == "__main__":
    main(lambda count, salt: chain(count=count, salt=salt))
