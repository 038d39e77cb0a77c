/** What the service finds wanting in an image, by its stable code. */
export const quality = {};
