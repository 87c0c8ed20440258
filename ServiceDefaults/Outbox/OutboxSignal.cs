namespace ServiceDefaults.Outbox;

/// <summary>Tells the pump in this process, after a commit, that there is something to publish. Rows of other replicas it finds by polling.</summary>
public sealed class OutboxSignal : WakeUp;
