// A React app with npm's react-plaid-link, as its README says to use it. It knows
// nothing of Gingham. The query says which: ?token=…, and embedded or redirected.
import { StrictMode, useCallback, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { PlaidEmbeddedLink, usePlaidLink } from 'react-plaid-link';

const query = new URLSearchParams(location.search);
const token = query.get('token') ?? localStorage.getItem('token');
localStorage.setItem('token', token);
const received = query.has('oauth_state_id') ? location.href : undefined;

window.calls = [];
const keep =
  (name) =>
  (...values) =>
    void window.calls.push([name, ...values]);
const callbacks = { onSuccess: keep('onSuccess'), onExit: keep('onExit'), onEvent: keep('onEvent'), onLoad: keep('onLoad') };

function Connect() {
  const { open, exit, ready, error } = usePlaidLink({ token, receivedRedirectUri: received, ...callbacks });
  window.leave = useCallback((options) => exit(options), [exit]);
  return (
    <button onClick={() => open()} disabled={!ready}>
      {error ? 'Link did not load' : 'Connect'}
    </button>
  );
}

function App() {
  const [there, setThere] = useState(true);
  window.unmount = () => setThere(false);
  return <main>{there && (query.has('embedded') ? <PlaidEmbeddedLink token={token} {...callbacks} /> : <Connect />)}</main>;
}

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
