/**
 * Where lengths are true: in the patient; at the detector, where everything is a little larger than
 * life; or the file does not say which of the two.
 */
export type Plane = 'patient' | 'detector' | 'unknown';
