// `require('ioredis')` gives the class itself, with the other names on it. The major version of this package is the one it stands in for.
const { standIn } = require('slotwise/ioredis');
const { version } = require('./package.json');

module.exports = standIn(version.startsWith('5.') ? 5 : 6);
