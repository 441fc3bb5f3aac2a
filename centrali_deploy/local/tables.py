"""The tables of a local workspace.

SQLite takes a partial index only for a query that says its condition in the same words.
"""

from __future__ import annotations

TABLES = """
create table if not exists facts (name text primary key, value text not null);
create table if not exists objects (
  number integer primary key,
  workspace text not null,
  kind text not null,
  id text not null,
  name text not null,
  data text not null check (json_valid(data)),
  unique (workspace, kind, id)
);
create index if not exists objects_by_name on objects (workspace, kind, name);
create table if not exists runs (
  number integer primary key,
  workspace text not null,
  id text not null,
  job text not null,
  function text not null,
  trigger text,
  status text not null,
  data text not null check (json_valid(data)),
  unique (workspace, id)
);
create index if not exists runs_by_job on runs (workspace, job);
create index if not exists runs_by_function on runs (workspace, function, number);
create index if not exists runs_by_trigger on runs (workspace, trigger, number);
create index if not exists runs_by_status on runs (workspace, status, number);
create index if not exists runs_by_workspace on runs (workspace, number);
create index if not exists runs_by_original on runs (workspace, json_extract(data, '$.originalRunId'), number)
  where json_extract(data, '$.originalRunId') is not null;
drop index if exists runs_open;
create index if not exists runs_pending on runs (number, trigger) where status = 'pending';
create index if not exists runs_running on runs (trigger) where status = 'running';
create table if not exists codes (hash text primary key, code text not null);
create table if not exists schedules (workspace text not null, trigger text not null, plan text not null, due real not null,
  primary key (workspace, trigger));
create table if not exists records (
  number integer primary key,
  workspace text not null,
  slug text not null,
  id text not null,
  structure text not null,
  data text not null check (json_valid(data)),
  metadata text check (metadata is null or json_valid(metadata)),
  version integer not null,
  created_at text not null,
  updated_at text not null,
  created_by text not null,
  updated_by text not null,
  expires_at text,
  deleted_at text
);
create unique index if not exists records_by_id on records (workspace, id);
create index if not exists records_by_slug on records (workspace, slug);
create index if not exists records_by_expiry on records (workspace, expires_at) where expires_at is not null;
create table if not exists record_versions (
  workspace text not null,
  id text not null,
  version integer not null,
  data text not null check (json_valid(data)),
  updated_at text not null,
  updated_by text not null,
  primary key (workspace, id, version)
);
"""
