"""What a measurement was made on, in words: without that a number of seconds means nothing."""

import os
import platform

import numpy as np
import threadpoolctl
import torch


def facts(threads):
    """name -> text: processor, threads, versions, and whose matmuls."""
    facts = {
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "threads": str(threads),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "numpy": f"{np.__version__}, {', '.join(blas()) or 'BLAS unknown'}",
        "torch": f"{torch.__version__}, {torchs_matmuls()}",
    }
    forced = os.environ.get("OPENBLAS_CORETYPE")
    if forced:
        facts["note"] = (
            f"OPENBLAS_CORETYPE={forced} is set: numpy's matmuls run kernels made for that "
            "processor, which may be slower than those OpenBLAS would choose for this one"
        )
    return facts


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":")[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def blas():
    """numpy's, not torch's, which links its own inside."""
    return [
        f"{library['internal_api']} {library['version']} for {library.get('architecture', '?')}"
        for library in threadpoolctl.threadpool_info()
        if library["user_api"] == "blas"
    ]


def torchs_matmuls():
    parts = [torch.backends.cpu.get_cpu_capability()]
    parts += ["MKL"] * torch.backends.mkl.is_available()
    parts += ["oneDNN"] * torch.backends.mkldnn.is_available()
    return ", ".join(parts)
