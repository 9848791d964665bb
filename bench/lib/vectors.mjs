/** Numbers in [0, 1), the same each run. */
let state = 1;
function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}

const gauss = () => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());

/** So many to a cluster, as questions come to a service: about the same few things. */
const CLUSTER = 20;
const SPREAD = 0.6;

/**
 * Unit vectors in clusters, one after the other in one piece of memory.
 * @param {number} count
 * @param {number} dimensions
 */
export function clusteredVectors(count, dimensions) {
  const clusters = Math.ceil(count / CLUSTER);
  const centers = new Float32Array(clusters * dimensions).map(gauss);
  const values = new Float32Array(count * dimensions);
  for (let row = 0; row < count; row += 1) {
    const center = Math.floor(random() * clusters) * dimensions;
    const vector = values.subarray(row * dimensions, (row + 1) * dimensions);
    for (let i = 0; i < dimensions; i += 1) vector[i] = centers[center + i] + SPREAD * gauss();
    toUnit(vector);
  }
  return values;
}

/**
 * A unit vector near to a random one of these: the same question in other words.
 * @param {Float32Array} values
 * @param {number} dimensions
 */
export function nearOne(values, dimensions) {
  const row = Math.floor(random() * (values.length / dimensions)) * dimensions;
  const vector = values.slice(row, row + dimensions);
  for (let i = 0; i < dimensions; i += 1) vector[i] += 0.01 * gauss();
  return toUnit(vector);
}

function toUnit(vector) {
  const length = Math.hypot(...vector);
  for (let i = 0; i < vector.length; i += 1) vector[i] /= length;
  return vector;
}
