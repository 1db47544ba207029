import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  connectionManagerStats,
  listenerHttpStats,
} from '#connection-manager/connection-manager-stats.ts';
import { listenerStats, listenerWorkerStats } from '#network/listener-stats.ts';
import type { StatsStore } from '#stats/stats-store.ts';

const manager = connectionManagerStats.field;
const listener = listenerStats.field;
const perListener = listenerHttpStats.field;
const perThread = listenerWorkerStats.field;

const managerClasses = [
  manager.downstream_rq_1xx,
  manager.downstream_rq_2xx,
  manager.downstream_rq_3xx,
  manager.downstream_rq_4xx,
  manager.downstream_rq_5xx,
] as const;

const listenerClasses = [
  perListener.downstream_rq_1xx,
  perListener.downstream_rq_2xx,
  perListener.downstream_rq_3xx,
  perListener.downstream_rq_4xx,
  perListener.downstream_rq_5xx,
] as const;

/** Counts the admin server's connections and requests under Envoy's `http.admin.` and `listener.admin.`. */
export function countAdminTraffic(server: Server, stats: StatsStore): void {
  const managerBlock = stats.block(connectionManagerStats, 'http.admin.');
  const listenerBlock = stats.block(listenerStats, 'listener.admin.');
  const threadBlock = stats.block(listenerWorkerStats, 'listener.admin.main_thread.');
  const perListenerBlock = stats.block(listenerHttpStats, 'listener.admin.http.admin.');

  server.on('connection', (socket: Socket) => {
    const start = performance.now();
    listenerBlock.inc(listener.downstream_cx_total);
    listenerBlock.inc(listener.downstream_cx_active);
    listenerBlock.record(listener.connections_accepted_per_socket_event, 1);
    // As the listeners of workers show them: nothing waits, and nothing is kept.
    listenerBlock.add(listener.downstream_pre_cx_active, 0);
    managerBlock.add(manager.downstream_cx_rx_bytes_buffered, 0);
    threadBlock.inc(perThread.downstream_cx_total);
    threadBlock.inc(perThread.downstream_cx_active);
    managerBlock.inc(manager.downstream_cx_total);
    managerBlock.inc(manager.downstream_cx_http1_total);
    managerBlock.inc(manager.downstream_cx_active);
    managerBlock.inc(manager.downstream_cx_http1_active);
    let endedByClient = false;
    socket.once('end', () => {
      endedByClient = true;
    });
    socket.once('close', () => {
      const lengthMs = performance.now() - start;
      listenerBlock.inc(listener.downstream_cx_destroy);
      listenerBlock.dec(listener.downstream_cx_active);
      threadBlock.dec(perThread.downstream_cx_active);
      listenerBlock.record(listener.downstream_cx_length_ms, lengthMs);
      managerBlock.inc(manager.downstream_cx_destroy);
      managerBlock.inc(
        endedByClient ? manager.downstream_cx_destroy_remote : manager.downstream_cx_destroy_local,
      );
      managerBlock.dec(manager.downstream_cx_active);
      managerBlock.dec(manager.downstream_cx_http1_active);
      managerBlock.add(manager.downstream_cx_rx_bytes_total, socket.bytesRead);
      managerBlock.add(manager.downstream_cx_tx_bytes_total, socket.bytesWritten);
      managerBlock.record(manager.downstream_cx_length_ms, lengthMs);
    });
  });

  server.on('request', (_request, response: ServerResponse) => {
    const start = performance.now();
    managerBlock.inc(manager.downstream_rq_total);
    managerBlock.inc(manager.downstream_rq_http1_total);
    managerBlock.inc(manager.downstream_rq_active);
    response.once('close', () => {
      const classIndex = Math.floor(response.statusCode / 100) - 1;
      managerBlock.dec(manager.downstream_rq_active);
      managerBlock.inc(manager.downstream_rq_completed);
      managerBlock.inc(managerClasses[classIndex] ?? manager.downstream_rq_5xx);
      managerBlock.record(manager.downstream_rq_time, performance.now() - start);
      perListenerBlock.inc(perListener.downstream_rq_completed);
      perListenerBlock.inc(listenerClasses[classIndex] ?? perListener.downstream_rq_5xx);
    });
  });
}
