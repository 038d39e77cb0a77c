import type { ColourMap } from '../../lib/colourmap';
import type { Plane } from '../../lib/plane';
import type { Layer, Subject, Target, WeakReason } from '../../lib/prediction';
import { format } from './format';
import { lower, shared } from './shared';

/** The radiograph with its heatmap and their controls. */
const planes: Readonly<Record<Plane, string>> = {
  patient: '',
  detector: ' at the detector',
  unknown: ', calibration unknown',
};

export const viewer = {
  region: 'Radiograph',
  viewport: (name: string) => `Viewport of ${name}`,
  image: (name: string) => `Radiograph: ${name}`,
  overlayImage: (name: string) => `Radiograph with its heatmap: ${name}`,
  loading: 'Reading the file',
  keys: 'Arrow keys move the film, Shift and arrow keys change its window, plus and minus zoom, 0 fits it, 1 to 5 choose a window, R rotates, H mirrors, I inverts, Z shows the zones, F fills the screen, S saves the picture, Backspace resets. Space hides the map while held. Two fingers move and zoom.',
  keysOnFocus:
    'Arrow keys move the film, Shift and arrow keys change its window, plus and minus zoom. Space hides the map while held. Two fingers move and zoom.',
  hint: {
    mouse:
      'Drag for window and level, turn the wheel to zoom, hold Space to hide the map. The key ? lists the rest.',
    touch: 'Two fingers move and zoom the film; one scrolls the page.',
    close: 'Got it',
  },
  size: (width: number, height: number, type: string) =>
    `${width} × ${height} ${type.toUpperCase()}`,
  tools: {
    label: 'Picture tools',
    window: 'Drag changes window and level',
    pan: 'Drag moves the film',
    length: 'Measure a length: drag, or click at both ends',
    ratio: 'Measure the cardiothoracic ratio: heart, then chest; drag, or click at both ends',
    lens: 'Magnifying glass',
    invert: 'Invert black and white',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fit: 'Fit the film',
    rotate: 'Rotate by 90°',
    mirror: 'Mirror left and right',
    zones: 'Show the Brixia zones',
    reset: 'Reset the view',
    save: 'Save the picture as shown',
    fullScreen: 'Full screen',
  },
  unsaved: 'The picture could not be saved. Try again.',
  measures: {
    none: 'Nothing measured',
    heart: 'Heart',
    chest: 'Chest',
    ratio: (ratio: string) => `CTR ${ratio}`,
    millimetres: (length: string, plane: Plane) => `${length} mm${planes[plane]}`,
    pixels: (length: string) => `${length} px`,
  },
  changes: {
    mirrored: 'Mirrored',
    turned: (degrees: number) => `Turned by ${degrees}°`,
    inverted: 'Black and white exchanged',
  },
  preset: 'Window preset',
  presets: {
    stored: 'As stored',
    auto: 'Automatic',
    full: 'Full range',
    lungs: 'Lungs',
    mediastinum: 'Mediastinum',
    own: 'By hand',
  },
  window: (centre: string, width: string) => `L ${centre} W ${width}`,
  readout: (x: number, y: number, value: string) => `x ${x}, y ${y}: ${value}`,
  scaleBar: (millimetres: number, plane: Plane) => `${millimetres} mm${planes[plane]}`,
  zonesDescription: (zones: readonly string[]) =>
    `Brixia zones with their scores: ${format.all(zones)}. Their places are a scheme.`,
  fittedZones: (zones: readonly string[]) =>
    `Brixia zones with their scores, fitted to the lungs of this film: ${format.all(zones)}.`,
  zonesNote:
    'The zones are a scheme over the film: the model scores them but does not outline them.',
  layer: 'Map',
  layers: { opacity: 'Opacity seen', 'grad-cam': 'Grad-CAM' } as Record<Layer, string>,
  aboutLayer: {
    opacity:
      'Where the network sees opacity, within the lungs that it finds. The scale is absolute: a clear film stays dark. Not a segmentation.',
    'grad-cam':
      'Which regions raised the Brixia total or the grade that is chosen. Scaled to its own maximum. Not a segmentation.',
  } as Record<Layer, string>,
  target: 'Heatmap for',
  style: 'Drawn as',
  styles: { heat: 'Colour', contours: 'Contours' },
  strength: 'Strength of the map',
  threshold: 'Hide below',
  colours: 'Colours',
  colourMaps: { inferno: 'Inferno', viridis: 'Viridis', cividis: 'Cividis' } as Record<
    ColourMap,
    string
  >,
  scales: {
    opacity: 'Probability of opacity',
    'grad-cam': 'Influence on what is explained',
  } as Record<Layer, string>,
  mapHidden: 'Map hidden',
  scaleDescription: (map: ColourMap) =>
    ({
      inferno: 'Colour scale of the heatmap: purple is low, orange is high, pale yellow is highest',
      viridis: 'Colour scale of the heatmap: blue is low, green is high, yellow is highest',
      cividis: 'Colour scale of the heatmap: dark blue is low, grey is high, yellow is highest',
    })[map],
  ends: { opacity: ['0%', '100%'], 'grad-cam': ['low', 'high'] } as Record<
    Layer,
    readonly [string, string]
  >,
  notShown:
    'This page cannot show the file itself; its grade is not affected. To see the film here, export it as PNG.',
  overlaidMap: (map: string) =>
    `What is shown is the overlay as the service drew it. Its map: ${map}.`,
  unpainted:
    'The map could not be drawn over this film. Change how it is drawn to try again, or take it along under Report: the picture (PNG) comes drawn by the service, the data (JSON) hold every map.',
  emptyMap: (target: Subject) =>
    `The map is empty: no region of this image raised the score for ${lower(target)}.`,
  weak: {
    faint: 'Weak signal: this map hardly influenced the grade. It is not drawn.',
    'outside-lungs':
      'Less than half of the Grad-CAM lies within the lungs: it is not drawn, and says nothing about this film.',
  } as Record<WeakReason, string>,
  noExplanation: 'The service sent no heatmap for this image.',
  targetFailed: (target: Target, title: string) =>
    `No heatmap for ${shared.targets[target].toLowerCase()}: ${title}.`,
  announceTarget: (target: Subject) => `The heatmap now shows ${lower(target)}.`,
  announceWeak: (target: Subject) =>
    `No heatmap is drawn for ${lower(target)}: its signal is too weak.`,
  compare: {
    title: 'Two films side by side',
    link: 'Linked',
    over: 'One over the other',
    curtain: 'Curtain',
    curtainAt: 'Place of the curtain',
    curtainLeft: 'Curtain to the left',
    curtainRight: 'Curtain to the right',
    change: 'Change',
    changeNote: (older: string, newer: string) => `From ${older} to ${newer}`,
    orderUnknown: 'The order in which these films were taken is not known.',
    twoPatients: 'These films are of two patients: between them there is no change to tell.',
    twoVersions: (versions: readonly string[]) =>
      `These films were graded by versions ${format.all(versions)} of the model: between them there is no change to tell.`,
    twoViews: (older: string, newer: string) =>
      `One film is ${older}, the other ${newer}: what differs may come of that.`,
    end: 'End the comparison',
  },
  header: {
    title: 'DICOM header',
    reveal: 'Show who the patient is',
    hide: 'Hide who the patient is',
    patientName: 'Patient name',
    patientId: 'Patient ID',
    birthDate: 'Date of birth',
    institution: 'Institution',
    sex: 'Sex',
    age: 'Age',
    studyDate: 'Study date',
    studyDescription: 'Study',
    modality: 'Modality',
    viewPosition: 'View position',
    bodyPart: 'Body part',
    manufacturer: 'Device',
    photometric: 'Grey scale',
    transferSyntax: 'Transfer syntax',
    uncompressed: 'Uncompressed',
    ageOf: (count: number, unit: 'D' | 'W' | 'M' | 'Y') =>
      `${count} ${format.plural(
        count,
        {
          D: { one: 'day', other: 'days' },
          W: { one: 'week', other: 'weeks' },
          M: { one: 'month', other: 'months' },
          Y: { one: 'year', other: 'years' },
        }[unit],
      )}`,
    matrix: 'Matrix',
    spacing: 'Pixel spacing',
    pixels: (columns: number, rows: number, bits: number) => `${columns} × ${rows}, ${bits} bit`,
    millimetres: (row: string, column: string, plane: Plane) =>
      `${row} × ${column} mm${plane === 'detector' ? ',' : ''}${planes[plane]}`,
  },
};
