using FsCheck.Fluent;
using InferenceService.Batching;
using InferenceService.Execution;
using NUnit.Framework;
using Property = FsCheck.Property;

namespace Unit.InferenceService.Batching;

/// <summary>What holds whatever arrives, leaves and is taken in whatever order. FsCheck makes up the programs and shrinks those that fail.</summary>
[TestFixture]
public sealed class BatchCollectorProperties
{
    private const int MaxBatchSize = 5, Capacity = 12;
    private static readonly string[] Principals = ["ann", "ben", "cat"];
    private static readonly ItemShape[] Shapes = [Items.ShapeOf(1), Items.ShapeOf(2)];

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public Property Every_item_is_given_out_once_in_its_order_or_was_abandoned(byte[] program)
    {
        var machine = new Machine();
        foreach (var instruction in program ?? [])
            machine.Execute(instruction);
        machine.Drain();
        return (machine.Complaint is null).Label(machine.Complaint ?? "");
    }

    /// <summary>A collector beside a plain account of what went in.</summary>
    private sealed class Machine
    {
        private readonly BatchCollector collector = new(new BatchLimits(MaxBatchSize, Capacity, TimeSpan.FromTicks(20), TimeSpan.FromTicks(50)), TimeSpan.TicksPerSecond);
        private readonly List<(WorkItem Item, CancellationTokenSource Leaving)> admitted = [];
        private readonly List<WorkItem> given = [];
        private long now;

        public string? Complaint { get; private set; }

        public void Execute(byte instruction)
        {
            now += instruction % 7;
            switch (instruction % 4)
            {
                case 0 or 1:
                    Arrive(instruction);
                    break;
                case 2:
                    Leave(instruction);
                    break;
                default:
                    Take(closing: false);
                    break;
            }
        }

        public void Drain()
        {
            while (Take(closing: true))
            {
            }
            Require(collector.Count == 0, "something is left after the end");
            foreach (var (item, _) in admitted)
                Require(given.Count(g => g == item) + (given.Contains(item) ? 0 : 1) == 1, "an item came twice");
            foreach (var (item, _) in admitted.Where(entry => !given.Contains(entry.Item)))
                Require(item.IsAbandoned, "an item that somebody waits for was lost");
            foreach (var lane in given.GroupBy(item => (item.Principal, item.Priority)))
                Require(lane.SequenceEqual(lane.OrderBy(item => admitted.FindIndex(entry => entry.Item == item))), "a principal's order was changed");
        }

        private void Arrive(byte instruction)
        {
            var leaving = new CancellationTokenSource();
            var count = 1 + (instruction / 4 % 3);
            var priority = (Priority)(instruction / 64 % 2);
            WorkItem[] items = [.. Enumerable.Range(0, count).Select(i => Items.Of(
                Principals[instruction / 16 % 3], priority, Shapes[(instruction / 32 + i) % 2], cancellation: leaving.Token))];
            var alive = admitted.Count(entry => entry.Item.Priority == priority && !entry.Item.IsAbandoned && !given.Contains(entry.Item));
            var taken = collector.TryAdd(items, now);
            Require(taken == alive + count <= Capacity, taken ? "more was let in than fits" : "there was room");
            if (taken)
                admitted.AddRange(items.Select(item => (item, leaving)));
        }

        private void Leave(byte instruction)
        {
            if (admitted.Count > 0)
                admitted[instruction % admitted.Count].Leaving.Cancel();
        }

        private bool Take(bool closing)
        {
            var batch = new List<WorkItem>();
            var decision = collector.Next(now, closing, batch);
            Require(decision.HasBatch == batch.Count > 0, "the decision and the batch disagree");
            Require(batch.Count <= MaxBatchSize, "a batch is over the limit");
            Require(batch.All(item => !item.IsAbandoned), "an abandoned item is in a batch");
            Require(batch.Select(item => (item.Shape, item.Priority)).Distinct().Count() <= 1, "a batch mixes shapes or priorities");
            Require(collector.Dropped.All(item => item.IsAbandoned), "an item that somebody waits for was dropped");
            given.AddRange(batch);
            return decision.HasBatch;
        }

        private void Require(bool holds, string complaint)
        {
            if (!holds)
                Complaint ??= complaint;
        }
    }
}
