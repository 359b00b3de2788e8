"""llama.cpp's own server on a model: `serve.py MODEL PORT`, until it is ended."""
import signal
import sys

import xllamacpp

params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.hostnames, params.port = ["127.0.0.1"], int(sys.argv[2])
params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 4096, 1, 1
# So that the same question takes the same tokens, asked twice.
params.cache_prompt, params.sampling.seed = False, 5
server = xllamacpp.Server(params)
signal.pause()
