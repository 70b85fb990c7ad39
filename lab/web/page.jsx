// Draws one dashboard of the app with Splunk's own renderer. The host page (pages.py) has set window.$C and window.zeekHuntingLab.
import { useMemo, useRef } from 'react';
import { createRoot } from 'react-dom/client';
import DashboardCore from '@splunk/dashboard-core';
import { DashboardContextProvider, GeoJsonProvider, GeoRegistry } from '@splunk/dashboard-context';
import preset from '@splunk/dashboard-presets/EnterpriseViewOnlyPreset';
import SplunkThemeProvider from '@splunk/themes/SplunkThemeProvider';
import { LINK_HANDLERS } from './links';

const { app, view, user, definition, theme } = window.zeekHuntingLab;
// Off in the library; the product's manual offers what they switch on (trellis, inputs on the canvas, search results as tokens).
const FEATURE_FLAGS = { visualizations_enableTrellis: true, enableInputsOnCanvas: true, enableSmartSourceDS: true };

// What the browser tests ask about; nothing in the page reads it.
const probe = { rendered: false, validationErrors: [], links: [], tokens: {}, changedAt: Date.now(), api: null };
window.zeekHuntingProbe = probe;

function tokensOfAddress() {
  const tokens = {};
  new URLSearchParams(window.location.search).forEach((value, key) => {
    if (key.startsWith('form.')) tokens[key.slice('form.'.length)] = value;
  });
  return tokens;
}

function rememberInAddress(tokens) {
  const address = new URL(window.location.href);
  Object.entries(tokens.default || {}).forEach(([name, value]) => {
    if (value === undefined || value === null || value === '') address.searchParams.delete(`form.${name}`);
    else address.searchParams.set(`form.${name}`, value);
  });
  window.history.replaceState(null, '', address);
}

function Page() {
  const geoRegistry = useMemo(() => {
    const registry = GeoRegistry.create();
    registry.addDefaultProvider(new GeoJsonProvider());
    return registry;
  }, []);
  const api = useRef(null);
  const withLinks = useMemo(() => ({ ...preset, eventHandlers: { ...preset.eventHandlers, ...LINK_HANDLERS } }), []);
  const plugin = useMemo(
    () => ({
      onEventTrigger: (event) => {
        if (event?.type === 'dashboardCore.rendered') probe.rendered = true;
      },
      onLinkToUrl: (event) => {
        probe.links.push(event?.payload?.url ?? String(event));
      },
    }),
    []
  );
  const env = { app, page: view, user, locale: 'en-US', product: 'enterprise', version: '9.3.0' };
  return (
    <SplunkThemeProvider family="enterprise" colorScheme={theme} density="comfortable">
      <DashboardContextProvider
        preset={withLinks}
        initialDefinition={definition}
        initialMode="view"
        geoRegistry={geoRegistry}
        initialTokenBinding={{ env, default: tokensOfAddress() }}
        initialReadOnlyTokenNamespaces={['env']}
        featureFlags={FEATURE_FLAGS}
        dataSourceContext={{ app, enableRiskyCommand: true }}
        onTokenBindingChange={(change) => {
          probe.changedAt = Date.now();
          probe.tokens = change?.tokenBinding ?? change;
          rememberInAddress(probe.tokens);
        }}
        dashboardPlugin={plugin}
      >
        <DashboardCore
          width="100%"
          height="auto"
          dashboardCoreApiRef={(found) => {
            api.current = found;
            probe.api = found;
          }}
          onValidationError={(error) => probe.validationErrors.push(error)}
        />
      </DashboardContextProvider>
    </SplunkThemeProvider>
  );
}

createRoot(document.getElementById('dashboard')).render(<Page />);
