#version 330
// The baked room with people's shadows on it. A program of its own: llvmpipe runs both ways of an `if`.
uniform vec3 key;
uniform float texel;  // of the shadow map, 1 / its width
uniform sampler2D room_lit, room_unlit;
uniform sampler2DShadow shadows;
in vec3 N;
in vec4 L;
out vec4 pixel;

void main() {
    ivec2 here = ivec2(gl_FragCoord.xy);
    vec3 q = L.xyz / L.w * 0.5 + 0.5;
    float bias = 0.0016 + 0.003 * (1.0 - max(dot(N, key), 0.0));
    float lit = 0.5 * (texture(shadows, vec3(q.xy - 0.6 * texel, q.z - bias))
        + texture(shadows, vec3(q.xy + 0.6 * texel, q.z - bias)));
    pixel = mix(texelFetch(room_unlit, here, 0), texelFetch(room_lit, here, 0), lit);
}
