// Link for web pages: window.Plaid, as apps know it, before Gingham's own pages.
//
// A handler keeps one frame of Gingham's, in a dialog that covers the page while
// Link is open. The two talk by messages, {gingham: 'link', type, …}:
//
//   from the frame   ready {link_session_id}       its page is there
//                    event {name, metadata}        for onEvent
//                    resize {height}               of an embedded search, in CSS pixels
//                    success {public_token, metadata}, exit {error, metadata}
//                    redirect {url}                the whole page goes to a bank, and comes back
//   to the frame     open                          Link is shown from now on
//                    exit {force}                  leave; without force, the person is asked first
//                    submit {phone_number} or {date_of_birth}
(() => {
  'use strict';

  // Where Gingham is: its server writes that here. In a copy that it did not serve,
  // Gingham is where the script came from.
  const written = '__GINGHAM_ORIGIN__';
  const { src = '' } = document.currentScript || {};
  const home = /^https?:/.test(written) ? written : src;
  const origin = home && new URL(home).origin;

  // Milliseconds that a page in the frame has to say that it is Link, and that Link
  // has to say how it was left when it must close.
  const loadGrace = 5000;
  const exitGrace = 3000;

  // Tests of apps find Link's frame by this title.
  const title = 'Plaid Link';

  // Styles are set by script, which no page's policy forbids, and above its own.
  const hidden = 'display: none';
  const inPlace = 'display: block; position: relative; width: 100%; height: 100%';
  const fullScreen = 'display: block; position: fixed; inset: 0; width: 100%; height: 100%; overflow: hidden';
  const filling = 'display: block; width: 100%; height: 100%; border: 0; color-scheme: light dark';
  const dimmed =
    'display: flex; position: absolute; inset: 0; align-items: center; justify-content: center; background: rgb(0 0 0 / 50%)';
  const ring =
    'width: 40px; height: 40px; box-sizing: border-box; border-radius: 50%; border: 4px solid #fff6; border-top-color: #fff';
  const corner =
    'position: absolute; top: 16px; right: 16px; width: 44px; height: 44px; border-radius: 50%; background: #fff;' +
    'color: #111; font: 24px/44px sans-serif; text-align: center; cursor: pointer; outline: revert';

  function setStyle(element, text) {
    element.style.cssText = ('all: initial; ' + text).replace(/(;|$)/g, ' !important$1');
  }

  function make(name, style, attributes) {
    const element = document.createElement(name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    setStyle(element, style);
    return element;
  }

  // What is shown until the frame has loaded: that it loads, and a way out.
  function makeWaiting(close) {
    const waiting = make('div', dimmed);
    const spinner = make('div', ring, { role: 'status', 'aria-label': 'Loading' });
    if (!matchMedia('(prefers-reduced-motion: reduce)').matches) {
      spinner.animate([{ transform: 'none' }, { transform: 'rotate(1turn)' }], { duration: 900, iterations: Infinity });
    }
    const button = make('button', corner, { type: 'button', 'aria-label': 'Close' });
    button.textContent = '×';
    button.onclick = close;
    waiting.append(spinner, button);
    return waiting;
  }

  function makeFrame() {
    let n = 1;
    while (document.getElementById('plaid-link-iframe-' + n)) n++;
    return make('iframe', filling + '; visibility: hidden', {
      id: 'plaid-link-iframe-' + n,
      title,
      allow: "camera 'none'; geolocation 'none'; microphone 'none'; payment 'none'",
    });
  }

  // The page behind doesn't scroll while any Link is open.
  let locks = 0;
  let overflow = '';
  function lockScroll() {
    const { style } = document.documentElement;
    if (locks++ === 0) {
      overflow = style.overflow;
      style.overflow = 'hidden';
    }
  }
  function unlockScroll() {
    if (--locks === 0) document.documentElement.style.overflow = overflow;
  }

  // A Link of its own: a handler's, or that of an element to search in. One session
  // after another: a session ends with success or exit, and opening Link again
  // begins the next.
  function newLink(config, host) {
    if (!config || (!config.token && !config.receivedRedirectUri)) {
      throw new Error('Missing Link parameter. Link requires a token to be provided.');
    }
    if (!origin) {
      throw new Error("Link doesn't know where Gingham is: load link-initialize.js from it, by a script element.");
    }

    let dialog = null; // with the frame, while there is a session
    let frame = null;
    let waiting = null;
    let ready = false; // the frame has said so
    let opened = false; // the app asked for Link, and hasn't been told how it ended
    let modal = false; // the dialog covers the page
    let failed = false; // what the frame loaded is not Link
    let loaded = false; // onLoad was called
    let returning = config.receivedRedirectUri; // till a session has taken it
    let destroyed = false;
    let queue = []; // messages for a frame that is not ready
    let seen = {}; // what the events told, for an exit that the frame can't tell of
    let loadTimer = 0;
    let exitTimer = 0;

    function tell(callback, ...values) {
      if (typeof config[callback] === 'function') config[callback](...values);
    }

    function send(message) {
      if (!ready) queue.push(message);
      else frame.contentWindow.postMessage({ gingham: 'link', ...message }, origin);
    }

    function start() {
      const query = new URLSearchParams({ parent: location.origin });
      if (config.token) query.set('token', config.token);
      if (returning) query.set('receivedRedirectUri', returning);
      else if (host) query.set('embedded', '1');
      ready = failed = false;
      queue = [];
      seen = { institution: null, id: '', request: '' };
      frame = makeFrame();
      frame.onload = onFrameLoad;
      waiting = makeWaiting(() => exit());
      dialog = make('dialog', hidden, { 'aria-label': title });
      dialog.append(frame);
      dialog.oncancel = onCancel;
      // Some browsers close a dialog at the second Escape whatever onCancel does.
      dialog.onclose = () => modal && !dialog.open && dialog.showModal();
      window.addEventListener('message', onMessage);
      if (host) {
        settle();
        host.append(dialog);
      } else {
        dialog.append(waiting);
        (document.body || document.documentElement).append(dialog);
      }
      // React in strict mode makes a handler, destroys it and makes another, all at
      // once. Only the last begins a session, or goes on with that of a redirect.
      loadTimer = setTimeout(() => (frame.src = origin + '/link/frame?' + query));
    }

    // settle puts an embedded search where it belongs, without taking the focus.
    function settle() {
      setStyle(dialog, inPlace);
      dialog.setAttribute('open', '');
    }

    // fit gives an embedded search the height of its content, unless the element is
    // too low for that, which then scrolls.
    function fit(height) {
      setStyle(frame, `${filling}; min-height: ${Number(height)}px`);
      if (host.scrollHeight > host.clientHeight) setStyle(frame, filling);
    }

    function stop() {
      if (!dialog) return;
      hide();
      clearTimeout(loadTimer);
      clearTimeout(exitTimer);
      exitTimer = 0;
      window.removeEventListener('message', onMessage);
      dialog.onclose = null;
      dialog.remove();
      dialog = frame = waiting = null;
      ready = false;
    }

    // show covers the page: nothing behind a modal dialog can be reached.
    function show() {
      if (modal) return;
      modal = true;
      dialog.removeAttribute('open');
      setStyle(dialog, fullScreen);
      if (ready) setStyle(frame, filling);
      dialog.showModal();
      lockScroll();
      (ready ? frame : waiting.lastChild).focus();
    }

    function hide() {
      if (!modal) return;
      modal = false;
      dialog.close(); // gives the focus back
      setStyle(dialog, hidden);
      unlockScroll();
    }

    // finish ends the session before the app is told, who may open the next.
    function finish(callback, ...values) {
      const again = host && modal && callback === 'onExit';
      stop();
      opened = false;
      if (again) open();
      tell(callback, ...values);
    }

    // leave is an exit that the frame didn't tell of.
    function leave(error) {
      const { institution, id, request } = seen;
      finish('onExit', error, { institution, status: null, link_session_id: id, request_id: request });
    }

    function onFrameLoad() {
      if (!frame.src) return;
      if (!ready) {
        clearTimeout(loadTimer);
        loadTimer = setTimeout(onFail, loadGrace);
      } else if (exitTimer) {
        // The page that was told is gone.
        send({ type: 'exit', force: true });
      }
    }

    function onFail() {
      failed = true;
      const message = `Link did not load from ${origin}: is ${location.origin} among the client's allowed origins?`;
      console.error(message);
      if (opened) {
        leave({ error_type: 'API_ERROR', error_code: 'INTERNAL_SERVER_ERROR', error_message: message, display_message: null });
      }
    }

    function onCancel(event) {
      event.preventDefault();
      exit();
    }

    function onReady(id) {
      if (ready) return;
      ready = true;
      returning = config.token ? null : returning;
      seen.id = id;
      clearTimeout(loadTimer);
      waiting.remove();
      setStyle(frame, filling);
      if (host && !frame.src.includes('embedded=1')) show();
      if (modal) frame.focus();
      if (opened) send({ type: 'open' });
      queue.splice(0).forEach(send);
      if (!loaded) {
        loaded = true;
        tell('onLoad');
      }
    }

    // leavesSearch reports whether an embedded search goes on as Link.
    function leavesSearch(name, view) {
      return /SELECT_\w*INSTITUTION/.test(name) || (view && !['SELECT_INSTITUTION', 'CONSENT'].includes(view));
    }

    function onEvent({ name, metadata }) {
      const { institution_id, institution_name: named, request_id } = metadata;
      if (institution_id) seen.institution = { institution_id, name: named };
      seen.request = request_id;
      if (host && leavesSearch(name, metadata.view_name)) show();
      tell('onEvent', name, metadata);
    }

    function onMessage({ data, origin: from, source }) {
      if (from !== origin || !source || source !== frame.contentWindow || !data || data.gingham !== 'link') return;
      switch (data.type) {
        case 'ready':
          return onReady(data.link_session_id);
        case 'event':
          return onEvent(data);
        case 'resize':
          return host && !modal && fit(data.height);
        case 'success':
          return finish('onSuccess', data.public_token, data.metadata);
        case 'exit':
          return finish('onExit', data.error, data.metadata);
        case 'redirect':
          // To a page of a bank, never to code.
          if (/^https?:/.test(data.url)) window.top.location.href = data.url;
      }
    }

    function open() {
      if (exitTimer) leave(null);
      if (opened || destroyed) return;
      if (failed) stop();
      if (!dialog) start();
      opened = true;
      if (!host) show();
      if (ready) send({ type: 'open' });
    }

    function exit(options) {
      if (!opened || exitTimer) return;
      if (!ready) return leave(null);
      const force = options === true || Boolean(options && options.force);
      if (force) {
        hide();
        exitTimer = setTimeout(() => leave(null), exitGrace);
      }
      send({ type: 'exit', force });
    }

    function submit(data) {
      const message = { type: 'submit' };
      for (const key of ['phone_number', 'date_of_birth']) {
        if (data && data[key]) message[key] = String(data[key]);
      }
      if (dialog) send(message);
    }

    function destroy() {
      destroyed = true;
      opened = false;
      stop();
    }

    start();
    return { open, exit, submit, destroy };
  }

  window.Plaid = {
    // The version of Link's web interface that this is.
    version: '2',

    create: (config) => newLink(config, null),

    createEmbedded(config, element) {
      if (!element || typeof element.append !== 'function') {
        throw new Error('Link requires an element to embed its search in.');
      }
      const { open, destroy } = newLink(config, element);
      open();
      return { destroy };
    },
  };
})();
