import * as network from './network-signatures';
import type { Outage } from './outages';
import * as own from './own-signatures';
import * as server from './server-signatures';
import type { Cause, Signature } from './signature';

/** What a person is told of a cause. */
export interface CauseOf {
  readonly signature: Signature;
  readonly title: string;
  readonly advice: string;
  /** Where the server's journal was given as well. Default: the same. */
  readonly adviceOnBoth?: string;
}

/** Every cause that is known, and how it is recognised. Of equals the first one counts. */
export const CAUSES: Readonly<Record<Cause, CauseOf>> = {
  own_stop: {
    signature: own.ownStop,
    title: 'The Pi’s program was stopped',
    advice: 'Nothing: somebody stopped or restarted it, or the machine was shut down.',
  },
  own_power_cut: {
    signature: own.ownPowerCut,
    title: 'The Pi lost its power, or was reset',
    advice: 'Look at its power supply and plug: vcgencmd get_throttled tells of low voltage.',
  },
  own_crash: {
    signature: own.ownCrash,
    title: 'The Pi’s program was killed, or crashed',
    advice: 'Look into the system’s log for that minute: journalctl -u tars-client, dmesg (OOM).',
  },
  own_stall: {
    signature: own.ownStall,
    title: 'The Pi’s program stood still',
    advice: 'Look for what kept the machine busy: load, swapping, a slow SD card, low voltage.',
  },
  own_sleep: {
    signature: own.ownSleep,
    title: 'The client’s machine slept',
    advice: 'Turn off suspend there: systemctl mask sleep.target suspend.target.',
  },
  server_restart: {
    signature: server.serverRestart,
    title: 'The server was restarted, as planned',
    advice: 'Nothing: the client dials again by itself. Restart it while nobody talks.',
  },
  server_killed: {
    signature: server.serverKilled,
    title: 'The server’s program was killed, or crashed',
    advice: 'Look into the server’s log for that minute: journalctl -u tars-server, dmesg (OOM).',
  },
  server_power_cut: {
    signature: server.serverPowerCut,
    title: 'The server’s machine lost its power, or was reset',
    advice: 'Look at the power supply and the system’s log of the server’s machine.',
  },
  server_frozen: {
    signature: server.serverFrozen,
    title: 'The server stood still',
    advice: 'Look for what kept the server’s machine busy: load, swapping, a paused container.',
  },
  two_processes: {
    signature: server.twoProcesses,
    title: 'Another process uses this device’s name',
    advice: 'Stop the second client, or give it a name of its own (--device).',
  },
  no_place: {
    signature: server.noPlace,
    title: 'The server has no place for another device',
    advice: 'Raise the server’s --max-devices, or stop a device that is not needed.',
  },
  overload: {
    signature: server.overload,
    title: 'One end could not keep up, and was cut off',
    advice: 'Look at the load of both machines and at the rate of the network.',
  },
  server_sent_away: {
    signature: server.serverSentAway,
    title: 'The server sent the device away',
    advice: 'Check the device’s token, and that client and server are of one version.',
  },
  auth: {
    signature: network.auth,
    title: 'The server does not accept the device’s token',
    advice: 'Give the device its token anew: tars-server token add.',
  },
  tls_clock: {
    signature: network.tlsClock,
    title: 'The clock was not set, so no certificate was valid yet',
    advice: 'Let the client start after time-sync.target, or give the Pi a battery clock.',
  },
  tls_expired: {
    signature: network.tlsExpired,
    title: 'The server’s certificate has expired, or a clock is ahead',
    advice: 'Renew the certificate, and check the date on the Pi.',
  },
  tls: {
    signature: network.tls,
    title: 'The server’s certificate is not trusted',
    advice: 'Check the name in the certificate, and that the Pi trusts who has issued it.',
  },
  captive_portal: {
    signature: network.captivePortal,
    title: 'Something else answers in place of the server: a page for guests',
    advice: 'Log in to the network, or use one without such a page.',
  },
  gateway: {
    signature: network.gateway,
    title: 'A proxy answers in place of the server',
    advice: 'Check the proxy before the server: it must pass on WebSocket upgrades.',
  },
  dns: {
    signature: network.dns,
    title: 'The server’s name could not be looked up',
    advice: 'Check the network’s DNS; for a server at home its address needs none.',
  },
  corruption: {
    signature: network.corruption,
    title: 'What arrived was no WebSocket any more',
    advice: 'Look for a proxy that changes bytes; use TLS, which nobody can change unseen.',
  },
  idle_cut: {
    signature: network.idleCut,
    title: 'A proxy cut the connection for being idle',
    advice: 'Raise its idle time-out above 60 s (nginx: proxy_read_timeout 3600s).',
  },
  network_down: {
    signature: network.networkDown,
    title: 'The network between the two was down',
    advice: 'Look at the Wi-Fi and the router at that time: journalctl -u NetworkManager.',
  },
  idle_forgotten: {
    signature: network.idleForgotten,
    title: 'A router forgot the idle connection',
    advice: 'Raise the router’s TCP idle time-out (NAT): it must be above 30 s.',
  },
  slow_network: {
    signature: network.slowNetwork,
    title: 'The network had become too slow',
    advice: 'Turn off Wi-Fi power save (iw dev wlan0 set power_save off); move the Pi nearer.',
  },
  server_down: {
    signature: server.serverDown,
    title: 'No server listened',
    advice: 'Start the server, and check the address and port that the client dials.',
  },
  server_closed: {
    signature: server.serverClosed,
    title: 'The server closed the connection',
    advice: 'Look into the server’s log for that minute.',
  },
  line_cut: {
    signature: network.lineCut,
    title: 'The connection was cut somewhere on the way',
    advice: 'Give the server’s journal as well: it tells a restart from a cut line.',
    adviceOnBoth: 'Look at what lies between the two at that time: Wi-Fi, router, proxy.',
  },
};

/** What to do about an outage that a cause has made. */
export function adviceOn(cause: Cause, { atServer }: Outage): string {
  const { advice, adviceOnBoth = advice } = CAUSES[cause];
  return atServer === undefined ? advice : adviceOnBoth;
}
