"""Code blocks of the documentation, which are run as they stand."""
import os
import re

from .suite import expect

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
README = os.path.join(ROOT, 'README.md')


def code_blocks(language, page):
    with open(page) as file:
        return re.findall(rf'```{language}\n(.*?)```', file.read(), re.DOTALL)


def code_block(language, page=README):
    blocks = code_blocks(language, page)
    expect(len(blocks), 1, f'{language} blocks in {os.path.basename(page)}')
    return blocks[0]
