-- Where a prediction was asked for, as far as the gateway's setting lets it be kept.
ALTER TABLE predictions ADD client_address text;
