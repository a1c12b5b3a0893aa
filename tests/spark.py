"""Spark in local mode for tests: whether it can run here, and a session that keeps to itself."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from typing import Any

NOT_INSTALLED = "pyspark is not installed"


def available() -> str:
    """Why Spark cannot run here; empty if it can."""
    if importlib.util.find_spec("pyspark") is None:
        return NOT_INSTALLED
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which("java") or (home and (Path(home) / "bin" / "java").exists())):
        return "no Java (17 or newer)"
    return ""


def start() -> Any:
    """A session on one core, reachable from this machine only, without a web interface."""
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    from pyspark.sql import SparkSession  # only where it is installed

    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.memory", "4g")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return session
