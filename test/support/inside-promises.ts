import { spawn } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Person } from './inside.ts'

/** What holds for whoever types inside, root or not. */
export function insidePromises(person: () => Person): void {
  test('what is written ends with the sandbox, but in the project, and is listed', async () => {
    const { elsewhere, home, project } = person()
    person().writes(join(elsewhere, 'read'), 'as outside')
    person().writes(join(home, 'settings'), 'old')
    person().writes(join(home, 'letter'), 'kept')
    person().writes(join(home, 'folder', 'file'), 'kept')
    const wrote = await person().types(
      'cat ../../elsewhere/read && echo new >~/settings && rm ~/letter && mkdir ~/new && touch ~/new/file &&' +
        'rm -r ~/folder && mkdir ~/folder && touch ~/folder/other && echo made >result',
    )
    expect(wrote).toEqual({ code: 0, output: 'as outside' })
    // The next command finds it.
    const found = await person().types('cat ~/settings result; ls ~ ~/folder')
    expect(found.output).toBe(
      `new\nmade\n${home}:\nfolder\nnew\nproject\nsettings\n\n${home}/folder:\nother\n`,
    )
    expect(await person().changesIn(home)).toEqual([
      'removed folder/file',
      'added folder/other',
      'removed letter',
      'added new',
      'changed settings',
    ])
    expect(readFileSync(join(home, 'settings'), 'utf8')).toBe('old')
    expect(readFileSync(join(home, 'letter'), 'utf8')).toBe('kept')
    expect(existsSync(join(home, 'folder', 'other')) || existsSync(join(home, 'new'))).toBe(false)
    expect(readFileSync(join(project, 'result'), 'utf8')).toBe('made\n')
  })

  test('settings, devices and processes of the machine are out of reach', async () => {
    const bystander = spawn('sleep', ['1000'], { stdio: 'ignore' })
    const files =
      '/proc/sys/vm/swappiness /proc/sys/kernel/hostname /proc/sysrq-trigger /proc/irq /sys/kernel'
    const kinds = ['mnt', 'pid', 'ipc', 'uts', 'user', 'net']
    const { output } = await person().types(
      [
        `for file in ${files}; do test ! -w $file || echo $file; done`,
        'find /dev -type b',
        `kill -0 ${bystander.pid} 2>/dev/null || echo no such process`,
        `test ! -e /proc/${bystander.pid} || echo seen`,
        // The network is its own.
        'echo 7 >/proc/sys/net/ipv4/tcp_retries2 && cat /proc/sys/net/ipv4/tcp_retries2',
        ...kinds.map((kind) => `readlink /proc/self/ns/${kind}`),
      ].join('\n'),
    )
    bystander.kill('SIGKILL')
    const [killed, retries, ...namespaces] = output.trim().split('\n')
    expect([killed, retries]).toEqual(['no such process', '7'])
    expect(namespaces).toHaveLength(kinds.length)
    expect(kinds.filter((kind) => namespaces.includes(readlinkSync(`/proc/self/ns/${kind}`)))).toEqual([])
    // Where it is not the machine's, it differs.
    expect(readFileSync('/proc/sys/net/ipv4/tcp_retries2', 'utf8')).not.toBe('7\n')
  })

  test('it cannot be taken apart from within', async () => {
    const { elsewhere } = person()
    const server = createServer()
    const socket = join(elsewhere, 'socket')
    await new Promise<void>((resolve) => server.listen(socket, resolve))
    chmodSync(socket, 0o777)
    const attempts = [
      'umount /usr',
      'mount -o remount,bind,rw /proc/sys',
      'nsenter --target 1 --mount true',
      'ls /proc/1/cwd/',
      'unshare --user --map-root-user --mount umount /usr',
      'unshare --user --map-root-user --mount mount -o remount,bind,rw /proc/sys',
      'unshare --user --map-root-user --mount mount -t proc proc /proc',
      `node -e "require('net').connect('${socket}').on('error', ({ code }) => { process.exitCode = code === 'ECONNREFUSED' ? 1 : 0 }).on('connect', () => process.exit(0))"`,
    ]
    const { output } = await person().types(
      attempts.map((attempt) => `${attempt} >/dev/null 2>&1; echo $?`).join('; '),
    )
    server.close()
    expect(output.trim().split('\n')).toHaveLength(attempts.length)
    expect(attempts.filter((_, index) => output.split('\n')[index] === '0')).toEqual([])
  })

  test('--writable=<folder> is one with the folder outside, and nothing beside it', async () => {
    const { elsewhere } = person()
    const wrote = await person().types(`touch ${elsewhere}/yes ~/no; ls ~/no`, {
      flags: [`--writable=${elsewhere}`],
    })
    expect(wrote.code).toBe(0)
    expect(existsSync(join(elsewhere, 'yes'))).toBe(true)
    expect(existsSync(join(person().home, 'no'))).toBe(false)
  })
}
