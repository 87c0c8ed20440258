// A subscriber in another language: binds a queue to the public exchange and prints each event as one line of JSON.
// usage: node outside-subscriber.mjs <amqp-url> <binding-key>
import amqp from 'amqplib';

const [url, key] = process.argv.slice(2);
const queue = `outside.${process.pid}`; // durable and named: nothing is missed while the broker is away
let channel;

async function subscribe() {
  const connection = await amqp.connect(url);
  connection.on('error', () => {});
  connection.on('close', reconnect);
  channel = await connection.createChannel();
  await channel.assertExchange('inference.events', 'topic', { durable: true });
  await channel.assertQueue(queue, { durable: true });
  await channel.bindQueue(queue, 'inference.events', key);
  await channel.consume(queue, (message) => {
    const { headers, contentType, messageId } = message.properties;
    const event = { key: message.fields.routingKey, contentType, messageId, headers, body: JSON.parse(message.content) };
    process.stdout.write(`${JSON.stringify(event)}\n`);
    channel.ack(message);
  });
}

function reconnect() {
  setTimeout(() => subscribe().catch(reconnect), 200);
}

process.stdin.resume();
process.stdin.on('end', async () => {
  await channel.deleteQueue(queue).catch(() => {});
  process.exit(0);
});

await subscribe();
process.stdout.write('"ready"\n');
