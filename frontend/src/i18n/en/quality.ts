import type { Finding } from '../../lib/prediction';

/** What the service finds wanting in an image, by its stable code. */
export const quality = {
  title: 'Image quality',
  rejected: 'Not fit for a judgement. The grade below is shown because you asked for it.',
  why: 'Why it was not graded',
  force: 'Show the prediction all the same',
  caution: 'A grade of such an image may mean nothing. It will be marked.',
  levels: { reject: 'Rejected', warn: 'With care' } as Record<Finding['level'], string>,
  codes: {
    'colour-image': 'The picture is in colour; a radiograph is grey.',
    'not-a-radiograph': 'The picture does not look like a radiograph.',
    'cross-section': 'The picture looks like a CT or another cross-section.',
    'lateral-projection': 'The film looks like a lateral projection. Open a PA or AP film.',
    'inverted-grey-scale': 'Black and white look exchanged. Invert the picture and open it again.',
    'turned-by-90-degrees': 'The film lies on its side. Turn it upright and open it again.',
    'turned-by-180-degrees': 'The film is upside down. Turn it upright and open it again.',
    'lungs-not-found': 'No two lungs were found in the picture.',
    'lungs-cut-off': 'A part of the lungs may lie outside the picture.',
    'field-too-small': 'The lungs fill only a small part of the picture. Crop it to the chest.',
    'low-resolution': 'The picture has few pixels; fine changes cannot be seen in it.',
    'over-exposed': 'A large part of the lungs is black; changes may be hidden there.',
    'under-exposed': 'The lungs show hardly any contrast; changes may be hidden there.',
    'unfamiliar-image': 'The picture differs from the chest radiographs that the model knows.',
    'not-measured': 'The quality of the picture could not be measured.',
  } as Record<Finding['code'], string>,
};
