import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { matches, type WaqtorEvent, type Wish } from "./frames.js";
import type { RealtimeOptions, State } from "./options.js";
import { Realtime } from "./realtime.js";

export interface UseWebSocket {
  state: State;
  /** The newest event that fits the wish. */
  lastEvent: WaqtorEvent | undefined;
}

/** A client for the life of a component, which is connected while it is shown. Put it near the root and hand it down. `options` are
 * looked at once. */
export function useRealtime(options: RealtimeOptions): Realtime {
  const [client] = useState(() => new Realtime(options));
  useEffect(() => {
    client.connect();
    return () => client.close();
  }, [client]);
  return client;
}

/** Subscribes while the component is shown. `onEvent` gets each event once and in order; `lastEvent` is for showing the newest. */
export function useWebSocket(client: Realtime, wish: Wish, onEvent?: (event: WaqtorEvent) => void): UseWebSocket {
  const key = JSON.stringify(wish);
  const handler = useRef(onEvent);
  const [lastEvent, setLastEvent] = useState<WaqtorEvent>();
  const watch = useCallback((changed: () => void) => client.on("state", changed), [client]);
  const state = useSyncExternalStore(watch, () => client.state, () => client.state);

  useEffect(() => {
    handler.current = onEvent;
  });
  useEffect(() => {
    const wanted = JSON.parse(key) as Wish;
    const stop = client.on("*", (event) => {
      if (!matches(wanted, event)) return;
      setLastEvent(event);
      handler.current?.(event);
    });
    const subscription = client.subscribe(wanted);
    return () => {
      subscription.close();
      stop();
    };
  }, [client, key]);
  return { state, lastEvent };
}
