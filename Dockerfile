# The page in a container, for processors or, with --build-arg TORCH_INDEX=, for NVIDIA GPUs:
#
#   docker build --tag t2v .
#   docker run --read-only --tmpfs /tmp --volume t2v:/data --publish 7860:7860 t2v
#
# All options are variables: --env T2V_TITLE="My page". compose.yaml has the limits.
FROM debian:bookworm-slim

# Where torch comes from; empty: from PyPI, with CUDA.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
# More packages, such as "ray[serve]" for a cluster.
ARG PACKAGES=

# On GPUs Triton builds what launches its kernels, with a C compiler.
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        ca-certificates python3 python3-venv $([ -n "$TORCH_INDEX" ] || echo gcc libc6-dev python3-dev) \
    && rm -rf /var/lib/apt/lists/*

# The libraries first: this layer is built again only when they change.
WORKDIR /build
COPY requirements.txt ./
RUN python3 -m venv /opt/t2v \
    && /opt/t2v/bin/pip install --no-cache-dir ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} --requirement requirements.txt \
        ${PACKAGES}

COPY pyproject.toml setup.py MANIFEST.in README.md LICENSE ./
COPY examples examples
COPY t2v t2v
RUN /opt/t2v/bin/pip install --no-cache-dir --no-deps . \
    && rm -rf /build/*

RUN useradd --uid 1000 --home-dir /data --create-home t2v

# All that is written goes to /data, but for temporary files.
ENV PATH=/opt/t2v/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/data \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    T2V_HOST=0.0.0.0 \
    T2V_PORT=7860 \
    T2V_OUTPUTS=/data/outputs
WORKDIR /data
VOLUME /data
EXPOSE 7860
USER 1000

HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
    CMD python3 -c "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['T2V_PORT'] + '/health')"
ENTRYPOINT ["t2v", "serve"]
