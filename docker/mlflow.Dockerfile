# MLflow's own image has no driver for Postgres and no client for S3.
FROM python:3.12.11-slim-bookworm
COPY mlflow-requirements.txt /requirements.txt
RUN pip install --no-cache-dir --disable-pip-version-check --requirement /requirements.txt
RUN useradd --create-home mlflow
USER mlflow
WORKDIR /home/mlflow
EXPOSE 5000
