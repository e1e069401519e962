import type { Payment, PaymentStatus } from './payments.ts';

const outcome: Record<PaymentStatus, string> = {
  PENDING: 'Waiting for your decision.',
  AUTHORISED: 'Thank you. The payment is authorised.',
  DECLINED: 'The payment was declined.',
  CAPTURED: 'The payment is done.',
  REFUNDED: 'The payment was refunded.',
  VOIDED: 'The shop has withdrawn this payment.',
};

/** The page on which a buyer pays or declines. */
export function payPage(payment: Payment): string {
  const amount = new Intl.NumberFormat('en', { style: 'currency', currency: payment.currencyCode });
  const minorDigits = amount.resolvedOptions().maximumFractionDigits ?? 0;
  const buttons = `<form method="post">
      <button name="decision" value="pay" class="pay">Pay</button>
      <button name="decision" value="decline">Decline</button>
    </form>`;
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Pay</title>
  <style>
    body { font: 16px/1.5 system-ui, sans-serif; margin: 0; min-height: 100vh; display: grid; place-items: center; background: #f3f4f6; color: #111827 }
    main { background: #fff; padding: 2rem 2.5rem; border-radius: 12px; box-shadow: 0 1px 8px #0002; width: min(22rem, 90vw); text-align: center }
    strong { display: block; font-size: 2rem; margin: .5rem 0 }
    small { color: #4b5563; overflow-wrap: anywhere }
    form { display: grid; gap: .5rem; margin-top: 1.5rem }
    button { font: inherit; padding: .75rem; border-radius: 8px; border: 1px solid #9ca3af; background: #fff; cursor: pointer }
    button.pay { background: #1d4ed8; border-color: #1d4ed8; color: #fff }
    button:focus-visible { outline: 3px solid #93c5fd }
  </style>
</head>
<body>
  <main>
    <h1>Payment</h1>
    <strong>${escapeHtml(amount.format(payment.amount / 10 ** minorDigits))}</strong>
    <small>${escapeHtml(payment.reference)}</small>
    ${payment.status === 'PENDING' ? buttons : `<p role="status">${outcome[payment.status]}</p>`}
  </main>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
