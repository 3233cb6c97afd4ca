# The course in a container: JupyterLab on the assignments, which stay in work/ on your machine.
#     mkdir -p work && docker build -t rnn-course .
#     docker run --rm -p 127.0.0.1:8888:8888 -v "$PWD/work:/course/work" rnn-course
# Then open the address that it prints. What is installed, requirements.txt and the lock say.

# tools: what `make` needs from the system; .devcontainer/devcontainer.json builds this much.
FROM python:3.13-slim-bookworm AS tools
# Debian keeps no old versions, so there are none to pin.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends bubblewrap git make \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 --shell /bin/bash reader
USER 1000

FROM tools AS course
ENV PIP_NO_CACHE_DIR=1
WORKDIR /course
COPY --chown=1000:1000 . .
RUN make setup release && mkdir -p work
EXPOSE 8888
CMD [".venv/bin/python", "exercises/lab.py", "--ip=0.0.0.0", "--port=8888", "--no-browser"]
