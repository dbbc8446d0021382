#version 330
// Materials: 1 skin, 2 cloth, 3 hair; 10 floor, 11 brick, 12 paint (only when baking); 20 metal and rubber.
// Patterns of what moves are fixed to the rest pose (R), so they move with it; those of the room to the room (P).
uniform vec3 eye, key;
uniform float texel;  // of the shadow map, 1 / its width
uniform sampler2DShadow shadows;
in vec3 P, N, C, R;
in vec4 L;
flat in int M;
layout(location = 0) out vec4 pixel;
layout(location = 1) out vec4 unlit;  // when baking

float hash(vec3 p) {
    p = fract(p * 0.3183099 + 0.1) * 17.0;
    return fract(p.x * p.y * p.z * (p.x + p.y + p.z));
}

float noise(vec3 p) {
    vec3 i = floor(p), f = fract(p);
    f = f * f * (3.0 - 2.0 * f);
    return mix(
        mix(mix(hash(i), hash(i + vec3(1, 0, 0)), f.x), mix(hash(i + vec3(0, 1, 0)), hash(i + vec3(1, 1, 0)), f.x), f.y),
        mix(mix(hash(i + vec3(0, 0, 1)), hash(i + vec3(1, 0, 1)), f.x),
            mix(hash(i + vec3(0, 1, 1)), hash(i + vec3(1, 1, 1)), f.x), f.y),
        f.z);
}

vec3 room(vec3 c) {
    if (M == 10) {  // rubber tiles, a metre wide
        vec2 t = fract(P.xy);
        float edge = min(min(t.x, 1.0 - t.x), min(t.y, 1.0 - t.y));
        c *= 0.93 + 0.14 * noise(P * 9.0) + 0.10 * (noise(P * 60.0) - 0.5);
        return c * mix(0.6, 1.0, smoothstep(0.004, 0.014, edge));
    }
    if (M == 11) {
        vec2 brick = vec2(P.x + P.y, P.z) / vec2(0.42, 0.16);
        brick.x += 0.5 * mod(floor(brick.y), 2.0);
        vec2 t = fract(brick);
        float edge = min(min(t.x, 1.0 - t.x) * 2.6, min(t.y, 1.0 - t.y));
        c *= 0.86 + 0.2 * hash(vec3(floor(brick), 1.0)) + 0.12 * noise(P * 22.0);
        return mix(c * 0.72, c, smoothstep(0.03, 0.08, edge));
    }
    return c * (0.9 + 0.2 * noise(P * vec3(3, 3, 30)));
}

float lit_by_key(float facing) {
    vec3 q = L.xyz / L.w * 0.5 + 0.5;
    if (any(lessThan(q, vec3(0))) || any(greaterThan(q, vec3(1)))) return 1.0;
    float bias = 0.0016 + 0.003 * (1.0 - facing), sum = 0.0;
    for (int i = -1; i <= 1; i += 2)
        for (int j = -1; j <= 1; j += 2) sum += texture(shadows, vec3(q.xy + vec2(i, j) * texel * 0.8, q.z - bias));
    return sum / 4.0;
}

// From light to what a screen shows.
vec3 developed(vec3 light) { return pow(light / (1.0 + 0.22 * light), vec3(1.0 / 2.2)); }

void main() {
    vec3 n = normalize(N);
    float facing = max(dot(n, key), 0.0);
    vec3 v = normalize(eye - P), c = C;
    float gloss = 0.08, rough = 24.0, shaded = 1.0;
    if (M >= 10 && M < 20) {
        c = room(C);
        if (M == 11) gloss = 0.0;
    } else {
        if (dot(n, v) < 0.0) n = -n;
        facing = max(dot(n, key), 0.0);
        shaded = mix(0.55, 1.0, smoothstep(0.0, 0.22, P.z));  // less light reaches what is near the floor
        if (M == 1) { c *= 0.94 + 0.12 * noise(R * 35.0); gloss = 0.10; rough = 18.0; }
        if (M == 2) { c *= 0.86 + 0.22 * noise(R * vec3(16, 16, 9)) + 0.10 * (noise(R * 160.0) - 0.5); gloss = 0.02; }
        if (M == 3) { c *= 0.6 + 0.8 * noise(R * vec3(150, 150, 30)); gloss = 0.12; }
    }
    vec3 left = normalize(vec3(-0.7, -0.5, 0.45)), right = normalize(vec3(0.8, -0.2, 0.35));
    vec3 around = vec3(0.80, 0.88, 1.0) * (0.20 * max(dot(n, left), 0.0))
        + vec3(1.0, 0.93, 0.85) * (0.16 * max(dot(n, right), 0.0)) + (0.42 + 0.20 * n.z) * shaded;
    vec3 from_key = c * vec3(1.0, 0.97, 0.92) * (0.62 * facing)
        + gloss * pow(max(dot(n, normalize(key + v)), 0.0), rough);
    pixel = vec4(developed(c * around + from_key * lit_by_key(facing)), 1.0);
    unlit = vec4(developed(c * around), 1.0);
}
