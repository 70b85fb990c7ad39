// What this browser can draw with, found out before anything is drawn.

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render|microsoft basic/i;

/** {available, software, renderer}. The probe's context is given back at once: browsers allow about sixteen. */
export function webglHere() {
  const canvas = document.createElement('canvas');
  const gl = canvas.getContext('webgl2') || canvas.getContext('webgl');
  if (!gl) return { available: false, software: false, renderer: '' };
  const named = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String((named && gl.getParameter(named.UNMASKED_RENDERER_WEBGL)) || gl.getParameter(gl.RENDERER) || '');
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return { available: true, software: SOFTWARE.test(renderer), renderer };
}
