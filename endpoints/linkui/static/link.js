// The script of Link's pages. The pages do without it; with it, steps need no new
// page, searches answer as one types, and the page around Link is told what happens.
(() => {
  'use strict';

  const $ = (selector, root = document) => root.querySelector(selector);
  const link = () => $('#link');
  const json = (element) => JSON.parse((element && element.textContent) || '[]');

  if (link()) runLink();
  else runBank();

  function runLink() {
    const { mode, parent: app, session } = link().dataset;
    const framed = mode === 'frame' && app && window.parent !== window;
    const here = location.pathname.replace(/\/search$/, '');
    let busy = ''; // the action that is on its way
    let queued = null; // what the app wants as soon as that is done
    let pressed = null; // what was pressed while Link was being opened
    let bank = null; // the window of a bank's page
    let timer = 0;
    const navigations = []; // those that a webview is still to see
    let navigating = false;
    let sent = Number(recall('sent')) || 0; // the number of the last message that was passed on

    // Numbers are kept over reloads, where the browser lets a frame keep anything.
    function recall(name) {
      try {
        return sessionStorage.getItem(`link ${name} ${session}`);
      } catch {
        return null;
      }
    }
    function remember(name, value) {
      try {
        sessionStorage.setItem(`link ${name} ${session}`, value);
      } catch {
        // Then a message may be passed on twice after a reload.
      }
    }

    function tell(message) {
      if (framed) window.parent.postMessage(message, app);
    }

    // Passes on what the page says is to be told. One that there is no way on from, and
    // that doesn't know its app, says that it was left.
    function passOn() {
      const messages = json($('#messages'));
      if (link().dataset.held !== undefined && !messages.length) {
        const metadata = { institution: null, status: null, link_session_id: session || '', request_id: link().dataset.request };
        tell({ gingham: 'link', type: 'exit', error: null, metadata });
      }
      for (const message of messages) {
        if (message.number <= sent) continue;
        if (message.number) {
          sent = message.number;
          remember('sent', sent);
        }
        if (message.gingham) tell(message);
        else if (message.url) navigations.push(message.url);
      }
      if (!navigating) navigate();
    }

    // A webview sees one navigation after another, not several at once.
    function navigate() {
      navigating = navigations.length > 0;
      if (!navigating) return;
      location.href = navigations.shift();
      setTimeout(navigate, 60);
    }

    function announce(text) {
      const announcer = $('#announcer');
      if (announcer && text) {
        announcer.textContent = '';
        setTimeout(() => (announcer.textContent = text), 30);
      }
    }

    function setWorking(working, button) {
      if (busy === 'open') return;
      link().classList.toggle('working', working);
      link().setAttribute('aria-busy', String(working));
      if (button) button.classList.toggle('pressed', working);
      if (working) announce(link().dataset.working);
    }

    // Puts a page in the place of the one that is shown.
    function show(text) {
      const next = new DOMParser().parseFromString(text, 'text/html');
      const main = $('#link', next);
      if (!main) throw new Error('not a page of Link');
      const before = link();
      const same = before.dataset.asks === main.dataset.asks;
      if (same) keep(before, main);
      else main.classList.add('arriving');
      const wrong = [...main.querySelectorAll('[aria-invalid]')];
      const { id } = document.activeElement;
      document.title = next.title;
      document.body.className = next.body.className;
      before.replaceWith(main);
      dress();
      const active = same && id && !wrong.length && main.querySelector('#' + CSS.escape(id));
      const focus = active || wrong.find((input) => !input.value) || wrong[0] || $('h1', main);
      // What is among other things on an app's page doesn't take the focus from them.
      if (document.hasFocus() || !document.body.classList.contains('inline')) focus.focus();
      const typed = $('#search-input', main);
      if (same && typed && typed.value) search(typed);
      passOn();
      follow();
    }

    // What was typed stays where it is asked for again, but for what is secret.
    function keep(before, main) {
      for (const { name, value } of before.querySelectorAll('input[type=text]')) {
        const again = main.querySelector(`input[type=text][name="${CSS.escape(name)}"]`);
        if (again && !again.value) again.value = value;
      }
    }

    async function ask(url, options) {
      const answer = await fetch(url, { ...options, headers: { Accept: 'text/html' }, credentials: 'omit' });
      return answer.text();
    }

    // Sends a file, and shows how far it has come.
    function send(body) {
      const progress = $('progress.sending');
      return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.upload.addEventListener('progress', ({ loaded, total }) => {
          if (!progress || !total) return;
          progress.hidden = false;
          progress.value = (100 * loaded) / total;
        });
        request.addEventListener('load', () => resolve(request.responseText));
        request.addEventListener('error', reject);
        request.addEventListener('abort', reject);
        request.open('POST', here);
        request.setRequestHeader('Accept', 'text/html');
        request.send(body);
      });
    }

    // Whether a form holds a file that is larger than what is taken; the person is told.
    function tooLarge(form) {
      const input = $('input[type=file]', form);
      if (!input || ![...input.files].some(({ size }) => size > Number(input.dataset.limit))) return false;
      announce(input.dataset.large);
      complain(input.dataset.large);
      input.setAttribute('aria-invalid', 'true');
      input.focus();
      return true;
    }

    // Takes a step: the fields of a form and the button that was pressed, or an action.
    async function step(fields, button) {
      if (busy) {
        if (busy === 'open') pressed = [fields, button];
        return;
      }
      busy = fields instanceof FormData ? fields.get('action') : fields;
      clearTimeout(timer);
      const body = fields instanceof FormData ? fields : new FormData();
      if (!(fields instanceof FormData)) {
        body.set('action', fields);
        body.set('turn', link().dataset.turn);
      }
      body.set('sent', sent);
      const typed = $('#search-input');
      if (typed && !body.get('q')) body.set('q', typed.value);
      const hasFile = [...body.values()].some((value) => value instanceof File);
      setWorking(true, button);
      try {
        show(hasFile ? await send(body) : await ask(here, { method: 'POST', body: new URLSearchParams(body) }));
      } catch {
        setWorking(false, button);
        announce(link().dataset.offline);
        complain(link().dataset.offline);
      }
      busy = '';
      const next = queued ? [queued] : pressed;
      queued = pressed = null;
      if (!next || link().dataset.pane === 'done') return;
      if (next[0] instanceof FormData) next[0].set('turn', link().dataset.turn);
      step(...next);
    }

    function complain(text) {
      let notice = $('.notice.offline');
      if (!notice) {
        notice = document.createElement('div');
        notice.className = 'notice wrong offline';
        $('.body', link()).append(notice);
      }
      notice.textContent = text;
    }

    // Does what a page is there for as soon as it is shown.
    function follow() {
      clearTimeout(timer);
      const { pane, stage, go, close, busy: waits, opened } = link().dataset;
      if (go) location.assign(go);
      else if (close !== undefined) window.close();
      else if (waits !== undefined) timer = setTimeout(look, 1500);
      else if (pane === 'oauth' && stage === 'returned' && opened !== undefined) step('return');
      else if (pane === 'oauth' && stage !== 'offered') timer = setTimeout(look, 1500);
      else if (pane !== 'oauth') bank = null;
    }

    // Looks what became of what is waited for.
    async function look() {
      if (busy) return;
      if (bank && bank.closed) {
        bank = null;
        step('close_oauth');
        return;
      }
      const { pane, stage, turn, busy: waits } = link().dataset;
      try {
        const text = await ask(here);
        const main = $('#link', new DOMParser().parseFromString(text, 'text/html'));
        const changed =
          main && (main.dataset.pane !== pane || main.dataset.stage !== stage || main.dataset.turn !== turn || main.dataset.busy !== waits);
        if (busy) return;
        if (changed) show(text);
        else follow();
      } catch {
        timer = setTimeout(look, 3000);
      }
    }

    function openBank(url) {
      bank = window.open(url, 'gingham-bank', 'popup,width=520,height=760');
    }

    // Shows what a person may have meant.
    let typing = 0;
    let asked = 0;
    function search(input) {
      clearTimeout(typing);
      typing = setTimeout(async () => {
        const number = ++asked;
        try {
          const text = await ask(`${here}/search?q=${encodeURIComponent(input.value)}`);
          const form = $('form', new DOMParser().parseFromString(text, 'text/html'));
          if (number !== asked || !form || !$('#results')) return;
          $('#results').replaceChildren(form);
          announce(form.dataset.announce);
        } catch {
          announce(link().dataset.offline);
        }
      }, 180);
    }

    // Gives a page what needs script.
    function dress() {
      const release = $('[data-release]', link());
      if (release && framed) release.hidden = false;
      for (const field of link().querySelectorAll('.secret')) {
        const input = $('input', field);
        const button = document.createElement('button');
        const name = (text) => {
          button.textContent = text;
          button.setAttribute('aria-label', `${text}: ${$('label', field).textContent}`);
        };
        button.type = 'button';
        button.className = 'reveal';
        button.setAttribute('aria-controls', input.id);
        button.addEventListener('click', () => {
          const shown = input.type === 'text';
          input.type = shown ? 'password' : 'text';
          name(shown ? link().dataset.show : link().dataset.hide);
        });
        name(link().dataset.show);
        field.append(button);
      }
    }

    document.addEventListener('submit', (event) => {
      const { target: form, submitter } = event;
      event.preventDefault();
      if (form.id === 'search') return search($('#search-input'));
      if (tooLarge(form)) return;
      if (form.dataset.popup) openBank(form.dataset.popup);
      const fields = new FormData(form);
      if (submitter && submitter.name) fields.set(submitter.name, submitter.value);
      step(fields, submitter);
    });
    document.addEventListener('input', ({ target }) => {
      if (target.id === 'search-input') search(target);
    });
    document.addEventListener('click', (event) => {
      const again = event.target.closest('[data-again]');
      if (again) {
        event.preventDefault();
        openBank(again.dataset.again);
      }
      if (event.target.closest('[data-release]')) passOn();
    });
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && framed && !document.body.classList.contains('inline')) leave('close');
    });

    function leave(action) {
      if (link().dataset.held !== undefined) passOn();
      else if (link().dataset.pane === 'done') passOn();
      else if (busy) queued = action;
      else step(action);
    }

    window.addEventListener('message', ({ data, origin, source }) => {
      if (!data || data.gingham !== 'link') return;
      if (origin === location.origin && source === bank && data.type === 'oauth') {
        look();
      } else if (framed && source === window.parent && origin === app) {
        if (data.type === 'open' && link().dataset.held === undefined && link().dataset.opened === undefined) {
          if (busy) queued = 'open';
          else step('open');
        } else if (data.type === 'exit') leave(data.force ? 'exit' : 'close');
      }
    });

    dress();
    tell({ gingham: 'link', type: 'ready', link_session_id: session || '' });
    if (document.body.classList.contains('inline')) {
      new ResizeObserver(() => {
        if (document.body.classList.contains('inline')) {
          tell({ gingham: 'link', type: 'resize', height: Math.ceil(link().getBoundingClientRect().height) });
        }
      }).observe(document.body);
    }
    if (link().dataset.held === undefined) {
      passOn();
      // A page of its own is seen as soon as it is there.
      if (!framed && link().dataset.opened === undefined) step('open');
      else follow();
    }
  }

  function runBank() {
    const { stage, way } = $('#bank').dataset;
    if (stage === 'returned' && way === 'popup') {
      if (window.opener) window.opener.postMessage({ gingham: 'link', type: 'oauth' }, location.origin);
      window.close();
    }
    const close = $('[data-close]');
    if (close) close.addEventListener('click', () => window.close());
  }
})();
