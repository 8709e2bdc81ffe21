"""Celery workers: the scale-out of the engine; `make worker` starts one."""
