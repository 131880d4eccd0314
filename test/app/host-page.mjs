// A chat that shows pages of MCP servers, as far as tests need one: the bridge of the official
// package, a sandboxed frame, and what the page asks handed to the program outside.

import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';

let bridge;

globalThis.openApp = async ({ result, context, capabilities }) => {
  document.querySelector('iframe')?.remove();
  const frame = document.createElement('iframe');
  frame.title = 'BigBrother';
  frame.setAttribute('sandbox', 'allow-scripts');
  document.body.append(frame);
  bridge = new AppBridge(null, { name: 'test-chat', version: '1' }, capabilities, {
    hostContext: context,
  });
  bridge.oncalltool = (params) => globalThis.callFromApp(params);
  bridge.onupdatemodelcontext = async (params) => {
    await globalThis.tellModel(params);
    return {};
  };
  bridge.onsizechange = ({ height }) => {
    frame.style.height = `${height}px`;
  };
  const isReady = new Promise((resolve) => {
    bridge.oninitialized = resolve;
  });
  await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
  frame.src = '/app';
  await isReady;
  await bridge.sendToolInput({ arguments: {} });
  if (result !== null) await bridge.sendToolResult(result);
};

globalThis.changeContext = (context) => bridge.setHostContext(context);
