"""What MLflow's own client library reads of an experiment, as JSON: python readback.py TRACKING_URI EXPERIMENT"""

import json
import sys

from mlflow import MlflowClient


def read_run(client, run):
    history = {
        name: [[point.step, point.value] for point in client.get_metric_history(run.info.run_id, name)]
        for name in run.data.metrics
    }
    return {
        "id": run.info.run_id,
        "name": run.info.run_name,
        "status": run.info.status,
        "took": None if run.info.end_time is None else run.info.end_time - run.info.start_time,
        "params": run.data.params,
        "tags": run.data.tags,
        "history": history,
        "artifacts": read_artifacts(client, run.info.run_id, None),
        "datasets": [
            [given.dataset.name, given.dataset.digest, {tag.key: tag.value for tag in given.tags}]
            for given in run.inputs.dataset_inputs
        ],
    }


def read_artifacts(client, run_id, folder):
    found = []
    for entry in client.list_artifacts(run_id, folder):
        found += read_artifacts(client, run_id, entry.path) if entry.is_dir else [[entry.path, entry.file_size]]
    return found


def main(uri, name):
    client = MlflowClient(uri)
    experiment = client.get_experiment_by_name(name)
    runs = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time ASC"])
    json.dump([read_run(client, run) for run in runs], sys.stdout)


main(*sys.argv[1:])
