#version 330
uniform mat4 to_clip, to_light;
in vec3 place, normal, colour, rest;
in float material;
out vec3 P, N, C, R;
out vec4 L;
flat out int M;

void main() {
    P = place;
    N = normal;
    C = colour;
    R = rest;
    M = int(material + 0.5);
    L = to_light * vec4(place, 1.0);
    gl_Position = to_clip * vec4(place, 1.0);
}
