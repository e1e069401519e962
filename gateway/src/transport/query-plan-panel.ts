interface PlanNode {
  kind: string;
  serviceName?: string;
  operation?: string;
  requires?: unknown;
  path?: (string | number)[];
  condition?: string;
  label?: string;
  nodes?: PlanNode[];
  node?: PlanNode;
  ifClause?: PlanNode;
  elseClause?: PlanNode;
  primary?: PlanNode;
  rest?: PlanNode;
  deferred?: PlanNode[];
}

/**
 * Runs in the browser, as text: it must not use anything from outside itself. A panel beside GraphiQL that shows how the
 * last operation was answered; while it is open, operations ask for their plans.
 */
export function createQueryPlanPanel() {
  const OPEN = 'query-plan-panel:open';
  const element = (tag: string, text = '', className = '') =>
    Object.assign(document.createElement(tag), { textContent: text, className });

  const style = element(
    'style',
    `.query-plan-button { position: fixed; right: 16px; bottom: 16px; z-index: 20; padding: 6px 14px; border-radius: 6px;
       border: 1px solid #888; background: #fff; color: #222; font: 13px system-ui, sans-serif; cursor: pointer; }
     .query-plan { position: fixed; right: 0; top: 0; bottom: 0; width: min(480px, 45vw); z-index: 19; overflow: auto;
       padding: 16px 16px 64px; background: #fff; color: #222; border-left: 1px solid #ccc; box-sizing: border-box;
       font: 13px system-ui, sans-serif; }
     .query-plan[hidden] { display: none; }
     body:has(.query-plan:not([hidden])) .graphiql-container { width: calc(100vw - min(480px, 45vw)) !important; }
     .query-plan h2 { margin: 0 0 8px; font-size: 16px; }
     .query-plan ul { list-style: none; margin: 0; padding-left: 14px; border-left: 1px solid #ddd; }
     .query-plan pre { margin: 4px 0 8px; padding: 8px; background: #f4f4f6; border-radius: 4px; overflow: auto; font-size: 12px; }
     .query-plan b { font-weight: 600; }`,
  );
  const panel = element('aside', '', 'query-plan');
  const button = element('button', 'Query plan', 'query-plan-button');
  panel.setAttribute('aria-label', 'Query plan');

  const describe = (node: PlanNode) => {
    const item = element('li');
    const name = [node.kind, node.serviceName, node.condition && `if $${node.condition}`, node.label].filter(Boolean);
    item.append(element('b', name.join(' ')));
    if (node.path) item.append(element('span', ` at ${node.path.join('.')}`));
    if (node.operation) item.append(element('pre', node.operation));
    const inner = [node.node, node.primary, node.rest, node.ifClause, node.elseClause];
    const children = [...(node.nodes ?? []), ...(node.deferred ?? []), ...inner].filter((each) => each !== undefined);
    if (children.length === 0) return item;
    const list = element('ul');
    list.append(...children.map(describe));
    item.append(list);
    return item;
  };

  const show = (plan: { node?: PlanNode; plannedBy?: string } | undefined) => {
    panel.replaceChildren(element('h2', 'Query plan'));
    if (plan === undefined) {
      panel.append(element('p', 'Run an operation to see how it is answered.'));
      return;
    }
    panel.append(element('p', plan.node ? `Planned by ${plan.plannedBy}.` : 'Nothing is fetched.'));
    if (!plan.node) return;
    const list = element('ul');
    list.append(describe(plan.node));
    panel.append(list);
  };

  const toggle = (isOpen: boolean) => {
    panel.hidden = !isOpen;
    button.textContent = isOpen ? 'Hide the query plan' : 'Query plan';
    localStorage.setItem(OPEN, String(isOpen));
  };

  button.addEventListener('click', () => toggle(panel.hidden !== false));
  show(undefined);
  toggle(localStorage.getItem(OPEN) === 'true');
  document.head.append(style);
  document.body.append(panel, button);
  return { isOpen: () => !panel.hidden, show };
}
