"""nginx and HAProxy, configured as docs/behind-a-proxy.md says."""
import contextlib
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request

from .client import Failed
from .pages import ROOT, code_block
from .router import READY_TIMEOUT, free_ports

PAGE = os.path.join(ROOT, 'docs', 'behind-a-proxy.md')
WAMPD, WAMPD_RAW, WEB, RAW = '8080', '8081', '8000', '8001'  # ports on the page
KINDS = ('nginx', 'haproxy')
# What the page's server is put into, so that it runs in a folder and without rights.
NGINX = '''
daemon off; master_process off; pid nginx.pid;
events {}
http { access_log off;
client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path a; uwsgi_temp_path b; scgi_temp_path c;
%s
}'''


def text_of_page(language, ports, change=lambda text: text):
    """The page's configuration in this language, with other ports for the page's own."""
    text = change(code_block(language, PAGE))
    for written, port in ports.items():
        text = text.replace(f':{written}', f':{port}').replace(f'"port": {written}', f'"port": {port}')
    return text


@contextlib.contextmanager
def proxy_running(kind, folder, text, port):
    program = shutil.which(kind, path=f'{os.environ["PATH"]}:/usr/sbin')
    if not program:
        raise Failed(f'there is no {kind}: run scripts/install-packages test')
    with open(os.path.join(folder, 'proxy.conf'), 'w') as file:
        file.write(NGINX % text if kind == 'nginx' else f'{text}\n')
    arguments = {'nginx': ['-e', 'stderr', '-p', folder, '-c', 'proxy.conf'], 'haproxy': ['-db', '-f', 'proxy.conf']}[kind]
    with open(os.path.join(folder, 'proxy.log'), 'w+') as log:
        process = subprocess.Popen([program, *arguments], cwd=folder, stdout=log, stderr=log)
        try:
            wait_for(process, int(port), log)
            yield
        finally:
            process.terminate()
            process.wait(timeout=10)


def wait_for(process, port, log):
    deadline = time.monotonic() + READY_TIMEOUT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            log.seek(0)
            raise Failed(f'the proxy ended:\n{log.read()}')
        try:
            with urllib.request.urlopen(f'http://127.0.0.1:{port}/', timeout=2):
                return
        except OSError:
            time.sleep(0.02)
    raise Failed('the proxy does not answer')


@contextlib.contextmanager
def in_front_of(port, kind):
    """A proxy before the wampd on this port; yields the port that its clients connect to."""
    raw, web, proxied_raw = free_ports(3)
    ports = {WAMPD: port, WAMPD_RAW: raw, WEB: web, RAW: proxied_raw}
    with tempfile.TemporaryDirectory() as folder, proxy_running(kind, folder, text_of_page(kind, ports), web):
        yield web
