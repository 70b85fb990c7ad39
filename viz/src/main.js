export { makeVisualization } from './splunk_view.js';
