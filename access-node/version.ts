/** Of the access node's software, as it registers with it. */
export const NODE_VERSION = '0.2.0';
