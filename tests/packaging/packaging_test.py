#!/usr/bin/env python3
"""What is installed: the layout of "cmake --install", and that manual pages, completions and debian/ say what the program says.

usage: packaging_test.py SOURCE_DIRECTORY BUILD_DIRECTORY WAMPD
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = BUILD = WAMPD = None
BASH_COMPLETION = pathlib.Path('/usr/share/bash-completion/bash_completion')
HAS_MANUAL = shutil.which('help2man') is not None


def said_by(*command, **more):
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True,
                          stdin=subprocess.DEVNULL, timeout=60, **more).stdout


def offers(*words):
    """What the program offers to shells: words, each with what it is."""
    return dict(line.split('\t') if '\t' in line else (line, None) for line in said_by(WAMPD, '--complete', *words).splitlines())


def commands(words=()):
    """The words of each command of the program that has a help text of its own."""
    yield list(words)
    listed = re.split(r'^(?:Subcommands|Client):$', said_by(WAMPD, *words, '--help'), maxsplit=1, flags=re.MULTILINE)[1:]
    for name in re.findall(r'^  ([a-z][a-z-]*)', ''.join(listed), re.MULTILINE):
        yield from commands([*words, name])


class Installed(unittest.TestCase):
    """The component of the program, in a folder as if that were the root."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.install('/usr', cls.folder)

    @staticmethod
    def install(prefix, root):
        said_by('cmake', '--install', BUILD, '--component', 'wampd', '--prefix', prefix, env={**os.environ, 'DESTDIR': str(root)})

    def test_each_file_is_where_it_is_looked_for(self):
        found = {str(file.relative_to(self.folder)) for file in self.folder.rglob('*') if file.is_file()}
        pages = {file for file in found if file.startswith(('usr/share/doc/wampd/', 'usr/share/man/man1/'))}
        self.assertEqual(found - pages, {
            'etc/wampd/wampd.jsonc', 'usr/bin/wampd', 'usr/lib/systemd/system/wampd.service', 'usr/lib/sysusers.d/wampd.conf',
            'usr/share/bash-completion/completions/wampd', 'usr/share/fish/vendor_completions.d/wampd.fish',
            'usr/share/man/man5/wampd.jsonc.5',
            'usr/share/zsh/' + ('vendor-completions' if os.path.exists('/etc/debian_version') else 'site-functions') + '/_wampd'})
        self.assertLess({f'usr/share/doc/wampd/{page}' for page in (
            'README.md', 'docs/installing.md', 'docs/configuration.md', 'docs/authentication.md', 'docs/tls.md', 'docs/command-line/call.md',
            'examples/config/minimal.jsonc')}, pages)

    def test_the_pages_link_to_what_is_installed(self):
        def links_in(page):
            text = re.sub(r'^```.*?^```|`[^`\n]*`', '', page.read_text(), flags=re.DOTALL | re.MULTILINE)
            return re.findall(r'\]\(([^)#:\s]+)(?:#[^)]*)?\)', text)

        links = [(page, link) for page in self.folder.rglob('usr/share/doc/wampd/**/*.md') for link in links_in(page)]
        self.assertGreater(len(links), 100)
        self.assertEqual([f'{page.relative_to(self.folder)}: {link}' for page, link in links if not (page.parent / link).exists()], [])

    def test_the_configuration_and_the_manual_name_pages_that_are_there(self):
        named = {page for file in (SOURCE / 'packaging').rglob('*') if file.is_file()
                 for page in re.findall(r'/usr/share/(doc/wampd/[\w/.-]*\w)', file.read_text())}
        self.assertGreater(len(named), 3)
        self.assertEqual([page for page in sorted(named) if not (self.folder / 'usr/share' / page).exists()], [])

    def test_the_unit_starts_what_is_installed(self):
        self.assertEqual((self.folder / 'usr/lib/systemd/system/wampd.service').read_text(),
                         (SOURCE / 'packaging/systemd/wampd.service').read_text())
        with tempfile.TemporaryDirectory() as root:
            self.install('/opt/wampd', root)
            unit = pathlib.Path(root, 'opt/wampd/lib/systemd/system/wampd.service').read_text()
            self.assertIn('ExecStart=/opt/wampd/bin/wampd --config /opt/wampd/etc/wampd/wampd.jsonc\n', unit)
            self.assertTrue(pathlib.Path(root, 'opt/wampd/etc/wampd/wampd.jsonc').exists())
            self.assertTrue(pathlib.Path(root, 'opt/wampd/share/zsh/site-functions/_wampd').exists())

    def test_a_configuration_that_is_there_stays(self):
        with tempfile.TemporaryDirectory() as root:
            mine = pathlib.Path(root, 'etc/wampd/wampd.jsonc')
            mine.parent.mkdir(parents=True)
            mine.write_text('{}')
            self.install('/usr', root)
            self.assertEqual(mine.read_text(), '{}')

    def test_the_configuration_is_good_and_reached_from_this_machine_only(self):
        served = said_by(WAMPD, 'check', '--strict', self.folder / 'etc/wampd/wampd.jsonc')
        self.assertEqual(re.findall(r'^transport (.*)$', served, re.MULTILINE), ['127.0.0.1:8080'])

    def may(self, action, uri, *more):
        """Whether the configuration lets those who do not log in do that."""
        said = said_by(WAMPD, 'check', SOURCE / 'packaging/etc/wampd.jsonc', '--explain', 'anonymous', action, uri, '--role', 'anonymous', *more)
        self.assertRegex(said, f' may (not )?{action} ')
        return f' may {action} ' in said

    def test_the_configuration_lets_anonymous_clients_look_at_others_and_do_nothing_to_them(self):
        for action, uri, more in (('call', 'com.example.x', ()), ('subscribe', '', ('--match', 'prefix')), ('register', '', ('--match', 'prefix')),
                                  ('subscribe', 'wampd.', ('--match', 'prefix'))):
            self.assertTrue(self.may(action, uri, *more), uri)
        named = re.findall(r'^\| `(wampd?\.[a-z_.]+)` \|', (SOURCE / 'docs/meta-api.md').read_text(), re.MULTILINE)
        procedures = {uri for uri in named if not re.search(r'\.on_|\.replaced$|^wamp\.error\.', uri)}
        self.assertGreater(len(procedures), 30)
        # Testaments are the caller's own; who may start a tap is a permission of its own.
        looks = re.compile(r'\.(count|list|get|lookup|match)(_\w+)?$|^wampd\.(stats\.\w+|denials|explain|tap\.start)$|_testaments?$')
        self.assertEqual({uri for uri in procedures if self.may('call', uri)}, set(filter(looks.search, procedures)))

    @unittest.skipUnless(HAS_MANUAL, 'help2man is not there')
    def test_each_command_has_a_page_that_tells_each_option(self):
        pages = {}
        for words in commands():
            page = self.folder / 'usr/share/man/man1' / ('-'.join(['wampd', *words]) + '.1')
            pages[page] = None
            text = page.read_text().replace('\\-', '-')
            for option in re.findall(r'^  (?:-\w,)?(--[a-z-]+)', said_by(WAMPD, *words, '--help'), re.MULTILINE):
                self.assertRegex(text, re.escape(option) + r'\b', page.name)
        self.assertEqual(set(pages), set((self.folder / 'usr/share/man/man1').iterdir()))
        self.assertGreater(len(pages), 20)

    def test_the_page_on_the_configuration_names_its_keys(self):
        page = (self.folder / 'usr/share/man/man5/wampd.jsonc.5').read_text().partition('.SH COMMANDS')[0]
        keys = (SOURCE / 'docs/configuration.md').read_text().partition('## Top level\n')[2].partition('\nIn `')[0]
        self.assertEqual(set(re.findall(r'^\.TP\n\.B (\S+)$', page, re.MULTILINE)), set(re.findall(r'^\| `(\S+)` \|', keys, re.MULTILINE)))


class Completions(unittest.TestCase):
    def test_each_option_and_command_of_the_help_is_offered(self):
        for words in commands():
            with self.subTest(words=words):
                said = said_by(WAMPD, *words, '--help')
                self.assertEqual(set(offers(*words, '-')), set(re.findall(r'^  (?:-\w,)?(--[a-z-]+)', said, re.MULTILINE))
                                 | set(re.findall(r'^  --[a-z-]+,(--[a-z-]+)', said, re.MULTILINE)))
        self.assertLess({'call', 'check', 'bench'}, set(offers('')))
        self.assertEqual(set(offers('context', '')), {'add', 'ls', 'select', 'show', 'rm'})

    def test_words_out_of_a_few_are_offered_where_they_may_stand(self):
        for words, wanted in ((('ls', ''), 'sessions procedures topics'), (('call', '--serializer', ''), 'json msgpack cbor'),
                              (('call', '--serializer=m',), 'msgpack'), (('--log-format', ''), 'json text'), (('bench', ''), 'rpc pubsub connect idle'),
                              (('bench', '--serializer', 'm'), 'msgpack'), (('credential', ''), 'scram wampcra'),
                              (('explain', '--role', 'x', 'joe', ''), 'call register publish subscribe'),
                              (('check', '--explain', 'joe', 'call', 'com.x', '--match', ''), 'exact prefix wildcard'),
                              (('reg', 'com.x', '--invoke', 'r'), 'roundrobin random'), (('--ws', ':1', 'upg'), 'upgrade')):
            with self.subTest(words=words):
                self.assertEqual(set(offers(*words)) - {':files'}, set(wanted.split()))

    def test_files_folders_and_contexts_are_offered_where_they_may_stand(self):
        for words in (('',), ('--config', ''), ('check', 'x'), ('call', '--ticket-file', ''), ('call', '--ca=x',)):
            self.assertIn(':files', offers(*words), words)
        self.assertEqual(set(offers('dev-cert', '--directory', '')), {':folders'})
        with tempfile.TemporaryDirectory() as folder:
            os.environ['XDG_CONFIG_HOME'] = folder
            self.addCleanup(os.environ.pop, 'XDG_CONFIG_HOME')
            said_by(WAMPD, 'context', 'add', 'prod', '--realm', 'com.one')
            for words in (('call', '--context', ''), ('context', 'select', 'p')):
                self.assertEqual(set(offers(*words)), {'prod'}, words)

    def test_nothing_is_offered_where_nothing_is_known(self):
        for words in ((), ('call', '--', '--'), ('call', 'com.x', 's'), ('--workers', ''), ('call', '--nonsense=',), ('--ws', 'che')):
            self.assertEqual(offers(*words), {}, words)

    def shell(self, *command, line):
        with tempfile.TemporaryDirectory() as folder:
            for file in ('ticket one', 'a:b.jsonc'):
                pathlib.Path(folder, file).touch()
            pathlib.Path(folder, 'bench').mkdir()
            pathlib.Path(folder, 'wampd').symlink_to(WAMPD)
            return said_by(*command, line, SOURCE / 'packaging/completions', cwd=folder, env={
                **os.environ, 'PATH': f'{folder}:{os.environ["PATH"]}', 'HOME': folder}).splitlines()

    def complete_in(self, *command):
        for line, wanted in (('wampd ls ', {'sessions', 'procedures', 'topics'}), ('wampd call --serializer m', {'msgpack'}),
                             ('wampd call --ticket-file tick', {'ticket one'}), ('wampd context s', {'select', 'show'}),
                             ('~/wampd ls ', {'sessions', 'procedures', 'topics'})):
            with self.subTest(line=line):
                self.assertEqual(set(self.shell(*command, line=line)), wanted)

    @unittest.skipUnless(BASH_COMPLETION.exists(), 'bash-completion is not there')
    def test_bash_completes(self):
        bash = ('bash', '-c', f'''source {BASH_COMPLETION}; source "$1/wampd.bash"; compopt() {{ asked=$*; }}
            COMP_LINE=$0 COMP_POINT=${{#0}}; IFS=" " read -ra COMP_WORDS <<<"$(sed "s/[=:]/ & /g" <<<"$0")"; [[ $0 != *" " ]] || COMP_WORDS+=("")
            COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _wampd; printf "%s\\n" "${{COMPREPLY[@]}}"''')
        self.complete_in(*bash)
        for line, wanted in (('wampd call --serializer=m', 'msgpack'), ('wampd call --ca=tick', 'ticket one'), ('wampd --config=a', 'a:b.jsonc'),
                             ('wampd --config=a:', 'b.jsonc'), ('wampd --config a:', 'b.jsonc')):
            self.assertEqual(self.shell(*bash, line=line), [wanted], line)
        # bash puts a slash behind folders, and so behind a subcommand with the name of one, if it is told that all are names of files.
        told = (*bash[:-1], bash[-1] + '; echo "$asked"')
        for line, wanted in (('wampd ben', ''), ('wampd check ben', '-o filenames')):
            self.assertEqual((self.shell(*told, line=line)[0], self.shell(*told, line=line)[-1]), ('bench', wanted), line)

    @unittest.skipUnless(shutil.which('fish'), 'fish is not there')
    def test_fish_completes(self):
        # Here the name is escaped as it is to stand, and what a word is follows it.
        fish = ('fish', '--no-config', '-c', 'source "$argv[2]/wampd.fish"; complete -C "$argv[1]" | string replace -r "\\t.*" "" | string unescape; true')
        self.complete_in(*fish)
        self.assertEqual(self.shell(*fish, line='wampd call --serializer=m'), ['--serializer=msgpack'])
        self.assertEqual(self.shell(*fish, line='~/elsewhere/wampd ls '), [])

    @unittest.skipUnless(shutil.which('zsh'), 'zsh is not there')
    def test_zsh_is_told_the_same(self):
        # Stand-ins for what the function calls; the last argument is the array of "word:what".
        self.complete_in('zsh', '-fc', '''words=("${(@s: :)0}") CURRENT=${#words}; compset() { :; }; _files() { print -r -- tick*; }
            _describe() { print -rl -- "${(@)${(@P)2}%%:*}" | grep . || true; }; complete() { source "$1/_wampd"; }; complete "$1"''')


class Debian(unittest.TestCase):
    def test_each_package_is_named_once(self):
        control = re.sub(r'^#.*\n', '', (SOURCE / 'debian/control').read_text(), flags=re.MULTILINE)
        needed = re.findall(r'^ ([a-z0-9+.-]+)', re.search(r'^Build-Depends:\n((?: .*\n)+)', control, re.MULTILINE)[1], re.MULTILINE)
        self.assertGreater(len(needed), 30)
        self.assertEqual(len(needed), len(set(needed)))
        script = (SOURCE / 'scripts/install-packages').read_text()
        self.assertEqual([name for name in needed if name not in ('nodejs', 'npm', 'debhelper-compat') and name in script.split()], [])

    def test_the_version_is_that_of_the_project(self):
        project = re.search(r'project\(wampd VERSION (\S+)', (SOURCE / 'CMakeLists.txt').read_text())[1]
        self.assertEqual(re.match(r'wampd \((\S+)\) ', (SOURCE / 'debian/changelog').read_text())[1], project)
        self.assertEqual(said_by(WAMPD, '--version'), f'wampd {project}\n')


if __name__ == '__main__':
    SOURCE, BUILD, WAMPD = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
