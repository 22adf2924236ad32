"""The chain in Prefect, with the server that it starts for the process. Results are kept, so that a later run can be served from them."""

from measure import main, step_ran
from prefect import flow, task
from prefect.cache_policies import INPUTS, TASK_SOURCE


@task(cache_policy=INPUTS + TASK_SOURCE, persist_result=True)
def add(value: dict) -> dict:
    step_ran()
    return {"n": value["n"] + 1}


@flow
def chain(count: int, salt: int) -> dict:
    value = {"n": salt}
    for _ in range(count):
        value = add(value)
    return value


if __name__ == "__main__":
    main(lambda count, salt: chain(count, salt))
